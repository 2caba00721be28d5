#include <sodium.h>
#include <stdlib.h>

#include "base/buf.h"
#include "codec/base64.h"
#include "crypto/age_key.h"
#include "crypto/digest.h"

/* Of one line and of all: a file has few recipients, and a stanza of another type is a few hundred bytes. */
enum { LINE_BYTES_MAX = 4096, HEADER_BYTES_MAX = 64 * 1024, LINE_COLUMNS = 64 };

struct age_reader {
  struct age_reader_options options;
  uint8_t key[AGE_KEY_BYTES];
  uint64_t chunks;
  bool is_ended;
  size_t given; /* of what `plain` holds */
  size_t held;
  uint8_t plain[AGE_CHUNK_BYTES];
  uint8_t sealed[AGE_CHUNK_BYTES + AGE_TAG_BYTES];
};

static result bytes_read(struct age_reader *reader, uint8_t *bytes, size_t len, size_t *ret_len) {
  size_t held = 0;
  for (size_t got = 1; held < len && got > 0; held += got) {
    TRY(reader->options.read(reader->options.context, bytes + held, len - held, &got));
  }
  *ret_len = held;
  return OK;
}

/* ---- header ---- */

struct header {
  struct age_reader *reader;
  struct arena *arena;
  struct buf text; /* as read, for its MAC */
  uint8_t file_key[AGE_FILE_KEY_BYTES];
  bool is_open; /* the file's key is known */
};

/* Without its line end. */
static result line_read(struct header *header, struct slice *ret_line) {
  size_t from = header->text.len;
  for (;;) {
    uint8_t byte = 0;
    size_t got = 0;
    TRY(bytes_read(header->reader, &byte, 1, &got));
    if (got == 0 || header->text.len - from > LINE_BYTES_MAX || header->text.len > HEADER_BYTES_MAX) {
      FAIL(header->text.len == 0 || got != 0 ? CRYPTO_AGE_SYNTAX : CRYPTO_AGE_CUT, "no age header, or cut in it");
    }
    buf_append_byte(&header->text, byte);
    if (byte == '\n') {
      *ret_line = slice_of(header->text.ptr + from, header->text.len - from - 1);
      return OK;
    }
  }
}

/* Unpadded and canonical. */
static bool base64_read(struct slice text, struct arena *arena, struct slice *ret_bytes) {
  static const char *const padding[] = {"", NULL, "==", "="};
  const char *wanted = padding[text.len % 4];
  return wanted != NULL && !slice_ends(text, S("=")) &&
         is_ok(base64_parse(arena_printf(arena, "%.*s%s", SLICE_ARG(text), wanted), arena, ret_bytes));
}

static void stanza_try(struct header *header, struct slice share, struct slice body) {
  static const uint8_t nonce[12] = {0};
  for (size_t i = 0; !header->is_open && i < header->reader->options.identity_count; i++) {
    const struct secret *identity = &header->reader->options.identities[i];
    struct age_recipient recipient = {0};
    uint8_t wrap[AGE_KEY_BYTES];
    const struct age_exchange exchange = {identity->bytes, share.ptr, share.ptr, recipient.point};
    header->is_open = is_ok(age_identity_recipient(identity, &recipient)) && age_wrap_key(&exchange, wrap) &&
                      crypto_aead_chacha20poly1305_ietf_decrypt(header->file_key, NULL, NULL, body.ptr, body.len, NULL, 0, nonce, wrap) == 0;
    explicit_bzero(wrap, sizeof wrap);
  }
}

/* `arguments`: behind "-> ". Its body is read whatever its type. */
static result stanza_read(struct header *header, struct slice arguments) {
  struct buf body;
  struct slice bytes = {0};
  struct slice share = {0};
  buf_init(&body, header->arena, 128);
  arguments = arena_copy(header->arena, arguments);
  for (struct slice line = {.len = LINE_COLUMNS}; line.len == LINE_COLUMNS;) {
    TRY(line_read(header, &line));
    buf_append(&body, line);
  }
  struct slice rest = arguments;
  if (!slice_is(slice_cut(&rest, ' '), "X25519")) {
    return OK; /* [age: MUST ignore unrecognized stanzas] */
  }
  /* the lengths are looked at before anything is tried [age: MUST] */
  if (!base64_read(rest, header->arena, &share) || share.len != AGE_KEY_BYTES || !base64_read(buf_slice(&body), header->arena, &bytes) ||
      bytes.len != AGE_BODY_BYTES) {
    FAIL(CRYPTO_AGE_ALTERED, "an X25519 stanza of another form");
  }
  stanza_try(header, share, bytes);
  return OK;
}

/* The MAC covers everything up to the three dashes. */
static result mac_check(struct header *header, struct slice line) {
  uint8_t key[AGE_KEY_BYTES];
  uint8_t expected[DIGEST_BYTES];
  struct slice mac = {0};
  size_t covered = header->text.len - line.len - 1 + 3;
  age_derive(slice_of(header->file_key, sizeof header->file_key), S(""), "header", key);
  digest_hmac_sha256(slice_of(key, sizeof key), slice_sub(buf_slice(&header->text), 0, covered), expected);
  if (!slice_starts(line, S("--- ")) || !base64_read(slice_from(line, 4), header->arena, &mac) ||
      !slice_eq_secret(mac, slice_of(expected, sizeof expected))) {
    FAIL(CRYPTO_AGE_ALTERED, "the header was altered");
  }
  return OK;
}

static result header_read(struct header *header) {
  struct slice line = {0};
  TRY(line_read(header, &line));
  if (!slice_is(line, "age-encryption.org/v1")) {
    FAIL(CRYPTO_AGE_SYNTAX, "not a file of age, version 1");
  }
  TRY(line_read(header, &line));
  while (slice_starts(line, S("-> "))) {
    TRY(stanza_read(header, slice_from(line, 3)));
    TRY(line_read(header, &line));
  }
  if (!header->is_open) {
    FAIL(slice_starts(line, S("---")) ? CRYPTO_AGE_KEY_WRONG : CRYPTO_AGE_ALTERED, "none of the keys opens it");
  }
  return mac_check(header, line);
}

static result begin(struct age_reader *reader) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct header header = {.reader = reader, .arena = &arena};
  uint8_t nonce[16];
  size_t got = 0;
  buf_init(&header.text, &arena, 1024);
  result read = header_read(&header);
  if (is_ok(read)) {
    read = bytes_read(reader, nonce, sizeof nonce, &got);
  }
  age_derive(slice_of(header.file_key, sizeof header.file_key), slice_of(nonce, sizeof nonce), "payload", reader->key);
  explicit_bzero(header.file_key, sizeof header.file_key);
  TRY(read);
  if (got != sizeof nonce) {
    FAIL(CRYPTO_AGE_CUT, "it ends behind its header");
  }
  return OK;
}

result age_reader_open(const struct age_reader_options *options, struct age_reader **ret_reader) {
  struct age_reader *reader CLEANUP(age_reader_close) = heap_alloc(sizeof *reader);
  reader->options = *options;
  reader->chunks = 0;
  reader->is_ended = false;
  reader->given = reader->held = 0;
  TRY(begin(reader));
  *ret_reader = reader;
  reader = NULL;
  return OK;
}

/* ---- payload ---- */

static bool chunk_open(struct age_reader *reader, size_t sealed, bool is_last) {
  uint8_t nonce[12];
  age_chunk_nonce(reader->chunks, is_last, nonce);
  return sealed >= AGE_TAG_BYTES &&
         crypto_aead_chacha20poly1305_ietf_decrypt(reader->plain, NULL, NULL, reader->sealed, sealed, NULL, 0, nonce, reader->key) == 0;
}

static result chunk_read(struct age_reader *reader) {
  size_t got = 0;
  TRY(bytes_read(reader, reader->sealed, sizeof reader->sealed, &got));
  bool is_full = got == sizeof reader->sealed;
  bool is_inner = is_full && chunk_open(reader, got, false);
  if (!is_inner && !chunk_open(reader, got, true)) {
    FAIL(is_full ? CRYPTO_AGE_ALTERED : CRYPTO_AGE_CUT, "part %llu of 64 KiB does not open", (unsigned long long)reader->chunks + 1);
  }
  reader->given = 0;
  reader->held = got - AGE_TAG_BYTES;
  reader->is_ended = !is_inner;
  if (reader->is_ended && reader->held == 0 && reader->chunks > 0) {
    FAIL(CRYPTO_AGE_ALTERED, "an empty last part");
  }
  reader->chunks++;
  uint8_t more = 0;
  if (reader->is_ended) {
    TRY(bytes_read(reader, &more, 1, &got));
    if (got > 0) {
      FAIL(CRYPTO_AGE_ALTERED, "something stands behind the end");
    }
  }
  return OK;
}

result age_read(struct age_reader *reader, uint8_t *bytes, size_t len, size_t *ret_len) {
  if (reader->given == reader->held && !reader->is_ended) {
    TRY(chunk_read(reader));
  }
  size_t left = reader->held - reader->given;
  size_t taken = left < len ? left : len;
  memcpy(bytes, reader->plain + reader->given, taken);
  reader->given += taken;
  *ret_len = taken;
  return OK;
}

void age_reader_close(struct age_reader **reader) {
  if (*reader != NULL) {
    explicit_bzero(*reader, sizeof **reader);
    free(*reader);
    *reader = NULL;
  }
}
