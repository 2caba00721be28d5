#include "base/buf.h"
#include "codec/base64.h"
#include "codec/utf8.h"
#include "note/name.h"

enum { ID_BYTES = 4, TIME_BYTES = 8 };

static const struct slice dash = S_INIT("\xE2\x80\x94 ");

static result line_parse(struct slice line, struct arena *arena, struct note_signature *ret_signature) {
  struct slice rest = slice_from(line, dash.len);
  struct slice name = slice_cut(&rest, ' ');
  struct slice bytes = {0};
  if (!slice_starts(line, dash) || !note_is_name(name) || !is_ok(base64_parse(rest, arena, &bytes)) || bytes.len <= ID_BYTES) {
    FAIL(NOTE_SYNTAX, "not a signature line");
  }
  *ret_signature = (struct note_signature){name, bytes};
  return OK;
}

result note_lines_parse(struct slice bytes, struct arena *arena, struct note *ret_note) {
  struct slice rest = bytes;
  size_t count = 0;
  if (!slice_ends(bytes, S("\n")) || bytes.len < 2 || bytes.len > NOTE_FILE_BYTES_MAX) {
    FAIL(NOTE_SYNTAX, "signature lines of %zu bytes", bytes.len);
  }
  while (rest.len > 0) {
    if (count == NOTE_SIGNATURES_MAX) {
      FAIL(NOTE_SYNTAX, "more than %d signatures", NOTE_SIGNATURES_MAX);
    }
    TRY(line_parse(slice_cut(&rest, '\n'), arena, &ret_note->signatures[count++]));
  }
  ret_note->count = count;
  return OK;
}

/* Where the signatures begin: after the last empty line. */
static size_t split_of(struct slice bytes) {
  for (size_t at = bytes.len; at > 2; at--) {
    if (bytes.ptr[at - 1] == '\n' && bytes.ptr[at - 2] == '\n') {
      return at;
    }
  }
  return 0;
}

result note_parse(struct slice bytes, struct arena *arena, struct note *ret_note) {
  if (bytes.len > NOTE_FILE_BYTES_MAX || !utf8_is_valid(bytes)) {
    FAIL(NOTE_SYNTAX, "%zu bytes that are no note", bytes.len);
  }
  for (size_t i = 0; i < bytes.len; i++) {
    if (bytes.ptr[i] < 0x20 && bytes.ptr[i] != '\n') {
      FAIL(NOTE_SYNTAX, "a control character in a note");
    }
  }
  size_t at = split_of(bytes);
  if (at == 0) {
    FAIL(NOTE_SYNTAX, "no empty line before signatures");
  }
  ret_note->text = slice_sub(bytes, 0, at - 1);
  return note_lines_parse(slice_from(bytes, at), arena, ret_note);
}

struct slice note_line_write(struct arena *arena, const struct note_key *key, int64_t time_s, struct slice signature) {
  struct buf bytes;
  buf_init(&bytes, arena, ID_BYTES + TIME_BYTES + signature.len);
  buf_append(&bytes, slice_of(key->id, sizeof key->id));
  for (int shift = 56; key->type == NOTE_COSIGNATURE && shift >= 0; shift -= 8) {
    buf_append_byte(&bytes, (uint8_t)((uint64_t)time_s >> shift));
  }
  buf_append(&bytes, signature);
  struct slice encoded = base64_write(arena, buf_slice(&bytes));
  return arena_printf(arena, "%.*s%.*s %.*s\n", SLICE_ARG(dash), SLICE_ARG(key->name), SLICE_ARG(encoded));
}

struct slice note_cosignature_message(struct arena *arena, int64_t time_s, struct slice text) {
  return arena_printf(arena, "cosignature/v1\ntime %lld\n%.*s", (long long)time_s, SLICE_ARG(text));
}

static result signature_check(const struct note *note, const struct note_key *key, struct slice signature, int64_t *time_s) {
  if (key->type == NOTE_ED25519) {
    return ed25519_verify(key->public_key, note->text, signature);
  }
  uint64_t time = 0;
  for (size_t i = 0; i < TIME_BYTES && i < signature.len; i++) {
    time = time << 8 | signature.ptr[i];
  }
  if (signature.len < TIME_BYTES || time > INT64_MAX) { /* [tlog-cosignature MUST NOT] exceed 2^63 - 1 */
    FAIL(CRYPTO_SIGNATURE_WRONG, "a cosignature without a time");
  }
  struct arena arena CLEANUP(arena_free) = {0};
  *time_s = (int64_t)time;
  return ed25519_verify(key->public_key, note_cosignature_message(&arena, (int64_t)time, note->text), slice_from(signature, TIME_BYTES));
}

/* [signed-note MUST]: lines of other names and ids are passed over, every one of this name and id has to verify. */
result note_check(const struct note *note, const struct note_key *key, int64_t *ret_time_s) {
  int64_t time_s = 0;
  bool is_signed = false;
  for (size_t i = 0; i < note->count; i++) {
    const struct note_signature *signature = &note->signatures[i];
    if (!slice_eq(signature->name, key->name) || memcmp(signature->bytes.ptr, key->id, ID_BYTES) != 0) {
      continue;
    }
    if (!is_ok(signature_check(note, key, slice_from(signature->bytes, ID_BYTES), &time_s))) {
      FAIL(NOTE_SIGNATURE_WRONG, "the signature of %.*s does not verify", SLICE_ARG(key->name));
    }
    is_signed = true;
  }
  if (!is_signed) {
    FAIL(NOTE_UNSIGNED, "no signature of %.*s", SLICE_ARG(key->name));
  }
  if (ret_time_s != NULL) {
    *ret_time_s = time_s;
  }
  return OK;
}
