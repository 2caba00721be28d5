/* base/log.h: JSON lines on standard error, written by the edges only. One call, one line, one write(2).
 *
 * Values are typed: there is no way to pass a bare text that came from a client, so personal data has no road into the log.
 */
#pragma once
#include "base/clock.h"

enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

/* A value is a number, one of our own words (a string literal, a route, a module name), or a dossier code. */
struct log_field {
  const char *name;
  const char *word; /* NULL: the number counts */
  int64_t number;
};
#define LOG_WORD(field, literal) ((struct log_field){(field), (literal), 0})
#define LOG_NUMBER(field, value) ((struct log_field){(field), NULL, (int64_t)(value)})

void log_write(const struct clock *clock, enum log_level level, const char *event, const struct log_field *fields,
               size_t count);
/* LOG(clock, LOG_INFO, "server.started", LOG_NUMBER("port", 8080)); */
#define LOG(clock, level, event, ...)                                          \
  log_write((clock), (level), (event), (struct log_field[]){__VA_ARGS__},     \
            sizeof((struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
/* The fault record of this thread as one line: file, line, code, detail. */
void log_fault(const struct clock *clock, const char *event);
