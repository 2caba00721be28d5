#include "base/buf.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "note/name.h"

enum { NAME_BYTES_MAX = 255 };

/* What Unicode calls a space, in UTF-8: no key's name may have one. */
bool note_is_name(struct slice name) {
  static const struct slice spaces[] = {
      S_INIT("\xC2\x85"),     S_INIT("\xC2\xA0"),     S_INIT("\xE1\x9A\x80"), S_INIT("\xE2\x80\xA8"),
      S_INIT("\xE2\x80\xA9"), S_INIT("\xE2\x80\xAF"), S_INIT("\xE2\x81\x9F"), S_INIT("\xE3\x80\x80"),
  };
  if (name.len == 0 || name.len > NAME_BYTES_MAX) {
    return false;
  }
  for (size_t i = 0; i < name.len; i++) {
    struct slice rest = slice_from(name, i);
    if (name.ptr[i] <= ' ' || name.ptr[i] == '+' || name.ptr[i] == 0x7F) {
      return false;
    }
    for (size_t k = 0; k < sizeof spaces / sizeof *spaces; k++) {
      if (slice_starts(rest, spaces[k])) {
        return false;
      }
    }
    if (slice_starts(rest, S("\xE2\x80")) && rest.len > 2 && rest.ptr[2] >= 0x80 && rest.ptr[2] <= 0x8A) { /* U+2000 to U+200A */
      return false;
    }
  }
  return true;
}

result note_key_init(struct slice name, enum note_type type, const uint8_t public_key[static ED25519_PUBLIC_BYTES],
                     struct note_key *ret_key) {
  if (!note_is_name(name)) {
    FAIL(NOTE_KEY_SYNTAX, "a key's name is empty, too long or has a space or '+'");
  }
  uint8_t digest[DIGEST_BYTES];
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, name);
  digest_add_byte(&stream, '\n');
  digest_add_byte(&stream, (uint8_t)type);
  digest_add(&stream, slice_of(public_key, ED25519_PUBLIC_BYTES));
  digest_end(&stream, digest);
  *ret_key = (struct note_key){.name = name, .type = type};
  memcpy(ret_key->id, digest, sizeof ret_key->id);
  memcpy(ret_key->public_key, public_key, sizeof ret_key->public_key);
  return OK;
}

struct slice note_key_write(struct arena *arena, const struct note_key *key) {
  uint8_t material[1 + ED25519_PUBLIC_BYTES] = {(uint8_t)key->type};
  memcpy(material + 1, key->public_key, sizeof key->public_key);
  struct slice id = hex_write(arena, slice_of(key->id, sizeof key->id));
  struct slice encoded = base64_write(arena, slice_of(material, sizeof material));
  return arena_printf(arena, "%.*s+%.*s+%.*s", SLICE_ARG(key->name), SLICE_ARG(id), SLICE_ARG(encoded));
}

result note_key_parse(struct slice text, struct arena *arena, struct note_key *ret_key) {
  struct slice rest = text;
  struct slice name = slice_cut(&rest, '+');
  struct slice id = slice_cut(&rest, '+');
  struct slice material = {0};
  struct note_key key = {0};
  if (!is_ok(base64_parse(rest, arena, &material)) || material.len != 1 + ED25519_PUBLIC_BYTES ||
      (material.ptr[0] != NOTE_ED25519 && material.ptr[0] != NOTE_COSIGNATURE)) {
    FAIL(NOTE_KEY_SYNTAX, "not NAME+ID+KEY with an Ed25519 key");
  }
  TRY(note_key_init(name, material.ptr[0], material.ptr + 1, &key));
  if (!slice_eq(id, hex_write(arena, slice_of(key.id, sizeof key.id)))) {
    FAIL(NOTE_KEY_SYNTAX, "the id is not that of name and key");
  }
  *ret_key = key;
  return OK;
}
