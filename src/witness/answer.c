/* POST /add-checkpoint: the checks in the order of C2SP tlog-witness, each with its status. */
#include <stdio.h>

#include "base/buf.h"
#include "codec/hex.h"
#include "ledger/ledger.h"
#include "witness/state.h"

enum { BAD_REQUEST = 400, FORBIDDEN = 403, NOT_FOUND = 404, CONFLICT = 409, UNPROCESSABLE = 422, BROKEN = 500 };

struct asked {
  int64_t old_size;
  struct slice hashes;
  struct slice bytes; /* the checkpoint as it came */
  struct note note;
  struct note_checkpoint checkpoint;
};

static result asked_parse(struct slice body, struct arena *arena, struct asked *asked) {
  struct slice rest = body;
  struct slice line = slice_cut(&rest, '\n');
  if (!slice_starts(line, S("old "))) {
    FAIL(NOTE_SYNTAX, "no old size");
  }
  TRY(note_number_parse(slice_from(line, 4), &asked->old_size));
  TRY(note_hashes_parse(&rest, arena, &asked->hashes));
  if (!slice_starts(rest, S("\n"))) {
    FAIL(NOTE_SYNTAX, "no empty line before the checkpoint");
  }
  asked->bytes = slice_from(rest, 1);
  TRY(note_parse(asked->bytes, arena, &asked->note));
  return note_checkpoint_parse(asked->note.text, &asked->checkpoint);
}

static const struct note_key *log_find(const struct witness *witness, struct slice origin) {
  for (size_t i = 0; i < witness->log_count; i++) {
    if (slice_eq(witness->logs[i].name, origin)) {
      return &witness->logs[i];
    }
  }
  return NULL;
}

/* [tlog-witness MUST]: an empty tree has one root and leads everywhere; of one size there is one root; else the proof decides. */
static bool has_grown(const struct asked *asked, const struct witness_state *state) {
  static const uint8_t empty_root[DIGEST_BYTES] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                                   0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
  if (asked->checkpoint.size == 0 && memcmp(asked->checkpoint.root, empty_root, DIGEST_BYTES) != 0) {
    return false;
  }
  if (asked->old_size == 0) {
    return asked->hashes.len == 0;
  }
  struct ledger_proof proof = {-1, asked->hashes};
  struct ledger_checkpoint before = {.size = state->size};
  struct ledger_checkpoint now = {.size = asked->checkpoint.size};
  memcpy(before.root, state->root, DIGEST_BYTES);
  memcpy(now.root, asked->checkpoint.root, DIGEST_BYTES);
  return ledger_is_growth_proved(&proof, &before, &now);
}

/* 0: may be cosigned. */
static int refusal(const struct witness *witness, const struct asked *asked, const struct witness_state *state) {
  const struct note_key *log = log_find(witness, asked->checkpoint.origin);
  if (log == NULL) {
    return NOT_FOUND;
  }
  if (!is_ok(note_check(&asked->note, log, NULL))) {
    return FORBIDDEN;
  }
  if (asked->old_size > asked->checkpoint.size) {
    return BAD_REQUEST;
  }
  if (asked->old_size != state->size) {
    return CONFLICT;
  }
  return has_grown(asked, state) ? 0 : UNPROCESSABLE;
}

static result cosign(struct witness *witness, const struct asked *asked, struct arena *arena, struct slice *ret_line) {
  int64_t time_s = clock_now_ms(witness->clock) / 1000;
  struct slice signature = {0};
  struct signer_request request = {.key = S(WITNESS_SIGNER_KEY),
                                   .profile = SIGNER_CHECKPOINT,
                                   .message = note_cosignature_message(arena, time_s, asked->note.text)};
  TRY(witness->signer->sign(witness->signer, &request, arena, &signature));
  *ret_line = note_line_write(arena, &witness->key, time_s, signature);
  return OK;
}

static struct witness_answer plain(int status) {
  return (struct witness_answer){status, "text/plain; charset=utf-8", S("")};
}

static struct witness_answer conflict(struct arena *arena, int64_t size) {
  return (struct witness_answer){CONFLICT, "text/x.tlog.size", arena_printf(arena, "%lld\n", (long long)size)}; /* [tlog-witness MUST] */
}

void witness_add_checkpoint(struct witness *witness, struct slice body, struct arena *arena, struct witness_answer *ret_answer) {
  struct asked asked = {0};
  struct witness_state state = {0};
  struct slice line = {0};
  bool is_kept = false;
  *ret_answer = plain(BROKEN);
  if (!is_ok(asked_parse(body, arena, &asked))) {
    *ret_answer = plain(BAD_REQUEST);
    return;
  }
  if (!is_ok(witness_state_load(witness, asked.checkpoint.origin, &state))) {
    return;
  }
  int status = refusal(witness, &asked, &state);
  if (status != 0) {
    *ret_answer = status == CONFLICT ? conflict(arena, state.size) : plain(status);
    return;
  }
  if (!is_ok(cosign(witness, &asked, arena, &line))) {
    return;
  }
  struct witness_move move = {.origin = asked.checkpoint.origin, .from = state, .size = asked.checkpoint.size,
                              .note = arena_printf(arena, "%.*s%.*s", SLICE_ARG(asked.bytes), SLICE_ARG(line))};
  memcpy(move.root, asked.checkpoint.root, DIGEST_BYTES);
  if (!is_ok(witness_state_move(witness, &move, &is_kept))) {
    return;
  }
  if (!is_kept) { /* another request was faster: the cosignature is not given out */
    *ret_answer = is_ok(witness_state_load(witness, asked.checkpoint.origin, &state)) ? conflict(arena, state.size) : plain(BROKEN);
    return;
  }
  *ret_answer = (struct witness_answer){200, "text/plain; charset=utf-8", line};
}
