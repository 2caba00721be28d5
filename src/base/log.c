#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

/* Whether standard error is the journal's own stream, which takes a level before the line (sd-daemon(3)): device and inode tell. */
static bool is_journal(void) {
  const char *stream = getenv("JOURNAL_STREAM");
  struct stat status;
  char own[64];
  if (stream == NULL || fstat(STDERR_FILENO, &status) != 0) {
    return false;
  }
  (void)snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
  return strcmp(stream, own) == 0;
}

static void append_quoted(struct buf *line, const char *text) {
  buf_append_byte(line, '"');
  for (; *text; text++) {
    uint8_t c = (uint8_t)*text;
    if (c == '"' || c == '\\') {
      buf_append_byte(line, '\\');
    }
    buf_append_byte(line, c < 0x20 ? ' ' : c);
  }
  buf_append_byte(line, '"');
}

static void write_line(struct buf *line) {
  buf_append_byte(line, '\n');
  ssize_t ignored = write(STDERR_FILENO, line->ptr, line->len); /* a full log disk must not stop the service */
  (void)ignored;
}

static void start_line(struct buf *line, const struct clock *clock, enum log_level level, const char *event) {
  static const char *const levels[] = {"info", "warning", "error"};
  static const char *const journal_levels[] = {"<6>", "<4>", "<3>"};
  if (is_journal()) {
    buf_append_str(line, journal_levels[level]);
  }
  buf_append_str(line, "{\"time\":\"");
  buf_append(line, clock_instant_write(line->arena, clock_now_ms(clock)));
  buf_printf(line, "\",\"level\":\"%s\",\"event\":", levels[level]);
  append_quoted(line, event);
}

void log_write(const struct clock *clock, enum log_level level, const char *event, const struct log_field *fields,
               size_t count) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf line;
  buf_init(&line, &arena, 512);
  start_line(&line, clock, level, event);
  for (size_t i = 0; i < count; i++) {
    buf_append_byte(&line, ',');
    append_quoted(&line, fields[i].name);
    buf_append_byte(&line, ':');
    if (fields[i].word != NULL) {
      append_quoted(&line, fields[i].word);
    } else {
      buf_printf(&line, "%lld", (long long)fields[i].number);
    }
  }
  buf_append_byte(&line, '}');
  write_line(&line);
}

void log_fault(const struct clock *clock, const char *event) {
  const struct fault *fault = fault_last();
  log_write(clock, LOG_ERROR, event,
            (struct log_field[]){LOG_WORD("file", fault->file ? fault->file : ""), LOG_NUMBER("line", fault->line),
                                 LOG_NUMBER("code", fault->code), LOG_WORD("detail", fault->detail)},
            4);
}
