/* The file as a stream of records: a window of bounded size moves over it. */
#include "register/import_rows.h"

enum { WINDOW_BYTES = 1024 * 1024 };
_Static_assert(WINDOW_BYTES > 2 * IMPORT_LINE_BYTES_MAX, "a window holds a record at its longest");

/* Moves what is left to the front and reads behind it. */
static result window_fill(struct import_source *source) {
  if (source->begin > 0) {
    memmove(source->bytes, source->bytes + source->begin, source->end - source->begin);
    source->end -= source->begin;
    source->begin = 0;
  }
  while (!source->at_end && source->end < WINDOW_BYTES) {
    size_t got = 0;
    TRY(source->options->read(source->options->context, source->bytes + source->end, WINDOW_BYTES - source->end, &got));
    source->end += got;
    source->bytes_read += (int64_t)got;
    source->at_end = got == 0;
  }
  return OK;
}

static struct slice window(const struct import_source *source) {
  return slice_of(source->bytes + source->begin, source->end - source->begin);
}

/* Bytes of the next record with its line end; lines: how many line ends it has. 0: too long, or none is left. */
static size_t record_length(const struct import_source *source, int64_t *ret_lines) {
  struct slice bytes = slice_sub(window(source), 0, IMPORT_LINE_BYTES_MAX);
  *ret_lines = 1;
  size_t len = 0;
  if (source->options->format == REGISTER_CSV) {
    len = register_import_csv_length(bytes, ret_lines);
  } else {
    size_t end = slice_find(bytes, '\n', 0);
    len = end < bytes.len ? end + 1 : 0;
  }
  bool last = source->at_end && window(source).len <= IMPORT_LINE_BYTES_MAX;
  return len == 0 && last ? bytes.len : len;
}

/* Passes over a line without end, at the price of reading it. */
static result line_skip(struct import_source *source) {
  for (;;) {
    struct slice bytes = window(source);
    size_t end = slice_find(bytes, '\n', 0);
    source->begin += end < bytes.len ? end + 1 : bytes.len;
    if (end < bytes.len || source->at_end) {
      source->line++;
      return OK;
    }
    TRY(window_fill(source));
  }
}

static result record_take(struct import_source *source, struct slice *ret_record, int64_t *ret_lines) {
  if (!source->at_end && window(source).len < IMPORT_LINE_BYTES_MAX) {
    TRY(window_fill(source));
  }
  size_t len = record_length(source, ret_lines);
  *ret_record = slice_of(source->bytes + source->begin, len);
  return OK;
}

result register_import_source_next(struct import_source *source, struct arena *arena, struct import_record *ret_record,
                          bool *ret_more) {
  for (;;) {
    struct slice text;
    int64_t lines = 0;
    TRY(record_take(source, &text, &lines));
    *ret_record = (struct import_record){.line = source->line, .refused_field = ""};
    if (window(source).len == 0) {
      *ret_more = false;
      return OK;
    }
    *ret_more = true;
    if (text.len == 0) {
      ret_record->refused_reason = "register.line_too_long";
      return line_skip(source);
    }
    source->begin += text.len;
    source->line += lines;
    if (slice_trim(text).len == 0) {
      continue;
    }
    /* The window moves on; the record stays. */
    struct slice kept = arena_copy(arena, text);
    if (source->options->format == REGISTER_CSV) {
      register_import_csv_read(source, kept, arena, ret_record);
    } else {
      register_import_json_read(kept, arena, ret_record);
    }
    return OK;
  }
}

result register_import_source_open(struct import_source *source, const struct register_import_options *options) {
  *source = (struct import_source){.options = options, .line = 1};
  arena_init(&source->arena);
  source->bytes = arena_alloc(&source->arena, WINDOW_BYTES);
  TRY(window_fill(source));
  if (slice_starts(window(source), S("\xEF\xBB\xBF"))) {
    source->begin = 3; /* a byte order mark, as spreadsheets write it */
  }
  if (options->format != REGISTER_CSV) {
    return OK;
  }
  struct slice header;
  int64_t lines = 0;
  TRY(record_take(source, &header, &lines));
  if (header.len == 0) {
    FAIL(REGISTER_IMPORT_FORMAT, "CSV header: none");
  }
  TRY(register_import_csv_header(source, arena_copy(&source->arena, header), &source->arena));
  source->begin += header.len;
  source->line += lines;
  return OK;
}

void register_import_source_close(struct import_source *source) {
  arena_free(&source->arena);
}

result register_import_source_seek(struct import_source *source, int64_t at_byte, int64_t line) {
  TRY(source->options->file->seek(source->options->context, at_byte));
  source->begin = source->end = 0;
  source->at_end = false;
  source->bytes_read = at_byte;
  source->line = line;
  return window_fill(source);
}

int64_t register_import_source_at(const struct import_source *source) {
  return source->bytes_read - (int64_t)(source->end - source->begin);
}
