/* Reading a scenario's file, and filling its requests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/scenario.h"
#include "codec/base64url.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024, ROWS_MAX = 400000 };

static struct slice read_file(struct arena *arena, const char *path) {
  FILE *file = fopen(path, "re");
  uint8_t *bytes = arena_alloc(arena, FILE_BYTES_MAX);
  size_t length = file == NULL ? 0 : fread(bytes, 1, FILE_BYTES_MAX, file);
  if (file == NULL || length == 0) {
    (void)fprintf(stderr, "%s: cannot be read\n", path);
    exit(1);
  }
  (void)fclose(file);
  return slice_of(bytes, length);
}

static void refuse(struct slice line) {
  (void)fprintf(stderr, "not understood: %.*s\n", SLICE_ARG(line));
  exit(1);
}

static void read_key(struct scenario *scenario, struct slice line) {
  if (scenario->key_count == SCENARIO_KEYS_MAX) {
    refuse(line);
  }
  struct scenario_key *key = &scenario->keys[scenario->key_count++];
  struct slice spki;
  struct slice point;
  key->name = slice_cut(&line, ' ');
  bench_require(key_load_private(read_file(&scenario->arena, arena_cstr(&scenario->arena, line)), &key->key));
  bench_require(key_public(key->key, &scenario->arena, &spki));
  bench_require(key_point_of(spki, &point));
  key->jwk = arena_printf(&scenario->arena, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                          SLICE_ARG(base64url_write(&scenario->arena, slice_sub(point, 1, 32))),
                          SLICE_ARG(base64url_write(&scenario->arena, slice_sub(point, 33, 32))));
}

static void read_head(struct scenario *scenario, struct slice part) {
  while (part.len > 0) {
    struct slice line = slice_cut(&part, '\n');
    struct slice rest = line;
    struct slice word = slice_cut(&rest, ' ');
    if (slice_is(word, "key")) {
      read_key(scenario, rest);
    } else if (slice_is(word, "given")) {
      scenario->given_name = slice_cut(&rest, ' ');
      scenario->given = rest;
    } else if (slice_is(word, "row") && scenario->row_count < ROWS_MAX) {
      struct scenario_row *row = &scenario->rows[scenario->row_count++];
      for (size_t i = 0; rest.len > 0 && i < SCENARIO_WORDS_MAX; i++) {
        row->words[i] = slice_cut(&rest, ' ');
      }
    } else if (line.len > 0) {
      refuse(line);
    }
  }
}

/* The next part, up to a line "===". */
static struct slice next_part(struct slice *file) {
  const uint8_t *end = memmem(file->ptr, file->len, "===\n", 4);
  size_t length = end == NULL ? file->len : (size_t)(end - file->ptr);
  struct slice part = slice_sub(*file, 0, length);
  *file = slice_from(*file, end == NULL ? length : length + 4);
  return part;
}

static void read_step(struct scenario *scenario, struct slice part) {
  struct scenario_step *step = &scenario->steps[scenario->step_count++];
  step->expected = 200;
  for (;;) {
    struct slice rest = part;
    struct slice line = slice_cut(&rest, '\n');
    struct slice word = slice_cut(&line, ' ');
    if (slice_is(word, "expect")) {
      step->expected = (int)strtol(arena_cstr(&scenario->arena, line), NULL, 10);
    } else if (slice_is(word, "take") && step->take_count < SCENARIO_TAKES_MAX) {
      struct scenario_take *take = &step->takes[step->take_count++];
      take->name = slice_cut(&line, ' ');
      take->from = slice_cut(&line, ' ');
      take->word = line;
    } else {
      break;
    }
    part = rest;
  }
  const uint8_t *empty = memmem(part.ptr, part.len, "\n\n", 2);
  size_t head = empty == NULL ? part.len : (size_t)(empty - part.ptr);
  step->head = slice_trim(slice_sub(part, 0, head));
  step->body = slice_trim(slice_from(part, head));
}

void scenario_read(const char *path, struct scenario *scenario) {
  *scenario = (struct scenario){0};
  arena_init(&scenario->arena);
  scenario->rows = ARENA_ARRAY(&scenario->arena, struct scenario_row, ROWS_MAX);
  struct slice file = read_file(&scenario->arena, path);
  read_head(scenario, next_part(&file));
  while (file.len > 0 && scenario->step_count < SCENARIO_STEPS_MAX) {
    read_step(scenario, next_part(&file));
  }
  if (file.len > 0 || scenario->step_count == 0 || scenario->row_count == 0) {
    refuse(slice_str("a scenario has rows, and one to eight requests"));
  }
}

struct slice scenario_taken(const struct scenario_flow *flow, struct slice name) {
  for (size_t i = flow->taken_count; i-- > 0;) {
    if (slice_eq(flow->taken[i].name, name)) {
      return flow->taken[i].value;
    }
  }
  return slice_eq(name, flow->scenario->given_name) ? flow->scenario->given : (struct slice){0};
}

static void fill_braces(struct scenario_flow *flow, struct slice braces, struct buf *out) {
  if (braces.len == 1 && braces.ptr[0] >= '1' && braces.ptr[0] < '1' + SCENARIO_WORDS_MAX) {
    buf_append(out, flow->row->words[braces.ptr[0] - '1']);
  } else if (slice_is(braces, "number")) {
    buf_printf(out, "%zu", flow->number);
  } else if (!scenario_proof(flow, braces, out)) {
    buf_append(out, scenario_taken(flow, braces));
  }
}

/* Line ends become those of HTTP where `is_head`. */
static void fill(struct scenario_flow *flow, struct slice text, bool is_head, struct buf *out) {
  size_t at = 0;
  while (at < text.len) {
    size_t end = text.ptr[at] == '{' ? slice_find(text, '}', at) : text.len;
    bool is_braces = text.ptr[at] == '{' && end < text.len && text.ptr[at + 1] != '"' && text.ptr[at + 1] != '}';
    if (is_braces) {
      fill_braces(flow, slice_sub(text, at + 1, end - at - 1), out);
      at = end + 1;
    } else if (is_head && text.ptr[at] == '\n') {
      buf_append_str(out, "\r\n");
      at++;
    } else {
      size_t next = at + 1; /* what stands for itself goes over in one piece */
      while (next < text.len && text.ptr[next] != '{' && text.ptr[next] != '\n') {
        next++;
      }
      buf_append(out, slice_sub(text, at, next - at));
      at = next;
    }
  }
}

struct slice scenario_request(struct scenario_flow *flow, const struct scenario_step *step) {
  struct buf body;
  struct buf out;
  buf_init(&body, &flow->arena, 2048);
  buf_init(&out, &flow->arena, 4096);
  fill(flow, step->body, false, &body);
  fill(flow, step->head, true, &out);
  if (step->body.len > 0) {
    buf_printf(&out, "\r\nContent-Length: %zu", buf_slice(&body).len);
  }
  buf_append_str(&out, "\r\n\r\n");
  buf_append(&out, buf_slice(&body));
  return buf_slice(&out);
}

/* What follows `begin`, up to one of `ends`; empty: not there. */
static struct slice between(struct slice text, struct slice begin, const char *ends) {
  const uint8_t *found = memmem(text.ptr, text.len, begin.ptr, begin.len);
  if (found == NULL) {
    return (struct slice){0};
  }
  struct slice rest = slice_from(text, (size_t)(found - text.ptr) + begin.len);
  size_t length = 0;
  while (length < rest.len && strchr(ends, rest.ptr[length]) == NULL) {
    length++;
  }
  return slice_sub(rest, 0, length);
}

static struct slice take_one(struct arena *arena, const struct scenario_take *take, struct slice answer) {
  const uint8_t *end = memmem(answer.ptr, answer.len, "\r\n\r\n", 4);
  struct slice head = slice_sub(answer, 0, end == NULL ? answer.len : (size_t)(end - answer.ptr) + 2);
  struct slice body = slice_from(answer, head.len);
  if (slice_is(take->from, "location")) {
    struct slice location = between(head, S("\r\nLocation: "), "\r");
    struct slice first = between(location, arena_printf(arena, "?%.*s=", SLICE_ARG(take->word)), "&");
    return first.len > 0 ? first : between(location, arena_printf(arena, "&%.*s=", SLICE_ARG(take->word)), "&");
  }
  if (slice_is(take->from, "header")) {
    return between(head, arena_printf(arena, "\r\n%.*s: ", SLICE_ARG(take->word)), "\r;");
  }
  if (slice_is(take->from, "cookie")) {
    return between(head, arena_printf(arena, "\r\nSet-Cookie: %.*s=", SLICE_ARG(take->word)), "\r;");
  }
  if (slice_is(take->from, "json")) {
    return between(body, arena_printf(arena, "\"%.*s\":\"", SLICE_ARG(take->word)), "\"");
  }
  return between(answer, take->word, "\"'& \r\n");
}

bool scenario_take_all(struct scenario_flow *flow, const struct scenario_step *step, const char *answer) {
  for (size_t i = 0; i < step->take_count; i++) {
    struct slice value = take_one(&flow->arena, &step->takes[i], slice_str(answer));
    if (value.len == 0 || flow->taken_count == SCENARIO_TAKEN_MAX) {
      return false;
    }
    flow->taken[flow->taken_count].name = step->takes[i].name;
    flow->taken[flow->taken_count++].value = arena_copy(&flow->arena, value);
  }
  return true;
}
