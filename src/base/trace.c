#include "base/trace.h"

#include "base/buf.h"
#include "base/own.h"

enum { MEMBERS_MAX = 32, KEY_BYTES_MAX = 256, TENANT_BYTES_MAX = 241, SYSTEM_BYTES_MAX = 14, VALUE_BYTES_MAX = 256 };

const struct trace *trace_current(void) { return &own_here()->trace; }

void trace_current_set(const struct trace *trace) { own_here()->trace = trace != NULL ? *trace : (struct trace){.is_sampled = false}; }

/* -1: not a digit; [Trace Context 3.2.2] lower case only. */
static int digit_of(uint8_t c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* Two digits a byte; false: something else. *ret_is_nought: all of them are. */
static bool read_hex(struct slice text, uint8_t *ret_bytes, bool *ret_is_nought) {
  *ret_is_nought = true;
  for (size_t i = 0; i < text.len; i += 2) {
    int high = digit_of(text.ptr[i]);
    int low = digit_of(text.ptr[i + 1]);
    if (high < 0 || low < 0) {
      return false;
    }
    ret_bytes[i / 2] = (uint8_t)(high << 4 | low);
    *ret_is_nought = *ret_is_nought && ret_bytes[i / 2] == 0;
  }
  return true;
}

bool trace_parse(struct slice parent, struct trace *ret_trace) {
  struct trace trace = {.is_sampled = false};
  uint8_t version = 0;
  uint8_t flags = 0;
  bool is_nought[4];
  if (parent.len < TRACE_PARENT_BYTES || parent.ptr[2] != '-' || parent.ptr[35] != '-' || parent.ptr[52] != '-' ||
      !read_hex(slice_sub(parent, 0, 2), &version, &is_nought[0]) || !read_hex(slice_sub(parent, 3, 32), trace.trace_id, &is_nought[1]) ||
      !read_hex(slice_sub(parent, 36, 16), trace.span_id, &is_nought[2]) || !read_hex(slice_sub(parent, 53, 2), &flags, &is_nought[3])) {
    return false;
  }
  /* [Trace Context 3.2.2.1 MUST] version ff is none; of version 00 there is nothing more, of a later one only what a dash begins [4.3] */
  bool is_longer = parent.len > TRACE_PARENT_BYTES;
  if (version == 0xff || (is_longer && (version == 0 || parent.ptr[TRACE_PARENT_BYTES] != '-'))) {
    return false;
  }
  if (is_nought[1] || is_nought[2]) { /* [Trace Context 3.2.2.3 MUST, 3.2.2.4 MUST] */
    return false;
  }
  trace.is_sampled = (flags & 1) != 0; /* [Trace Context 3.2.2.5] other flags are not ours to pass on */
  *ret_trace = trace;
  return true;
}

static bool is_key_byte(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' || c == '/';
}

static bool is_key_part(struct slice part, size_t bytes_max, bool begins_with_digit) {
  bool is_part = part.len > 0 && part.len <= bytes_max;
  for (size_t i = 0; i < part.len && is_part; i++) {
    is_part = is_key_byte(part.ptr[i]);
  }
  uint8_t first = is_part ? part.ptr[0] : 0;
  return is_part && ((first >= 'a' && first <= 'z') || (begins_with_digit && first >= '0' && first <= '9'));
}

/* [Trace Context 3.3.1.3.1] */
static bool is_key(struct slice key) {
  size_t at = slice_find(key, '@', 0);
  if (at == key.len) {
    return is_key_part(key, KEY_BYTES_MAX, false);
  }
  return is_key_part(slice_sub(key, 0, at), TENANT_BYTES_MAX, true) && is_key_part(slice_from(key, at + 1), SYSTEM_BYTES_MAX, false);
}

/* [Trace Context 3.3.1.3.2] */
static bool is_value(struct slice value) {
  bool is_good = value.len > 0 && value.len <= VALUE_BYTES_MAX && value.ptr[value.len - 1] != ' ';
  for (size_t i = 0; i < value.len && is_good; i++) {
    uint8_t c = value.ptr[i];
    is_good = c >= ' ' && c <= '~' && c != ',' && c != '=';
  }
  return is_good;
}

struct slice trace_state_check(struct slice state) {
  struct slice keys[MEMBERS_MAX];
  size_t count = 0;
  struct slice rest = state;
  bool is_good = state.len <= TRACE_STATE_BYTES_MAX;
  while (rest.len > 0 && is_good) {
    struct slice value = slice_trim(slice_cut(&rest, ','));
    if (value.len == 0) {
      continue; /* [Trace Context 3.3.1.1] an empty member is allowed */
    }
    bool has_value = slice_find(value, '=', 0) < value.len;
    struct slice key = slice_cut(&value, '=');
    is_good = has_value && is_key(key) && is_value(value) && count < MEMBERS_MAX;
    for (size_t i = 0; i < count && is_good; i++) {
      is_good = !slice_eq(keys[i], key); /* [Trace Context 3.3.1.3 MUST] once */
    }
    if (is_good) {
      keys[count++] = key;
    }
  }
  return is_good && count > 0 ? state : (struct slice){0};
}

static void append_hex(struct buf *out, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    buf_printf(out, "%02x", bytes[i]);
  }
}

struct slice trace_id_write(struct arena *arena, const struct trace *trace) {
  struct buf out;
  buf_init(&out, arena, 2 * TRACE_ID_BYTES + 1);
  append_hex(&out, trace->trace_id, TRACE_ID_BYTES);
  return buf_slice(&out);
}

struct slice trace_write(struct arena *arena, const struct trace *trace) {
  struct buf out;
  buf_init(&out, arena, TRACE_PARENT_BYTES + 1);
  buf_append_str(&out, "00-");
  append_hex(&out, trace->trace_id, TRACE_ID_BYTES);
  buf_append_byte(&out, '-');
  append_hex(&out, trace->span_id, TRACE_SPAN_ID_BYTES);
  buf_append_str(&out, trace->is_sampled ? "-01" : "-00");
  return buf_slice(&out);
}

void trace_step(struct random *random, struct trace *trace) {
  while (!trace_is_set(trace)) {
    random_fill(random, trace->trace_id, TRACE_ID_BYTES);
  }
  random_fill(random, trace->span_id, TRACE_SPAN_ID_BYTES);
  trace->span_id[TRACE_SPAN_ID_BYTES - 1] |= 1; /* never all noughts */
}
