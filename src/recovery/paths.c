/* THE table: which proofs open an account again, and how long its holder is waited for. The first row whose proofs are all there counts. */
#include <stddef.h>

#include "recovery/case.h"

static const struct {
  const char *name;
  unsigned proofs; /* all of them */
  size_t wait;     /* member of recovery_limits */
} paths[RECOVERY_PATH_COUNT] = {
    [RECOVERY_PATH_NONE] = {"none", 0, 0},
    /* card, number, and the person before one officer and a machine: least can be wrong */
    [RECOVERY_BY_CARD_AND_NUMBER] = {"card_and_number",
                                     RECOVERY_PROOF_PERSON | RECOVERY_PROOF_MATCHED | RECOVERY_PROOF_CARD | RECOVERY_PROOF_NUMBER,
                                     offsetof(struct recovery_limits, cool_off_near_ms)},
    [RECOVERY_BY_CARD] = {"card", RECOVERY_PROOF_PERSON | RECOVERY_PROOF_MATCHED | RECOVERY_PROOF_CARD, offsetof(struct recovery_limits, cool_off_ms)},
    /* [SP800-63B-4 4.2.1.3] a recovery contact, named before */
    [RECOVERY_BY_HELPER] = {"helper", RECOVERY_PROOF_PERSON | RECOVERY_PROOF_MATCHED | RECOVERY_PROOF_HELPER,
                            offsetof(struct recovery_limits, cool_off_ms)},
    /* [SP800-63B-4 4.2.2.2] at home: two recovery codes that came different ways, one kept on paper, one sent to the number */
    [RECOVERY_BY_CODE] = {"code", RECOVERY_PROOF_CODE | RECOVERY_PROOF_NUMBER, offsetof(struct recovery_limits, cool_off_ms)},
    /* number and card both lost, or a machine that could not tell: two officers who both saw the person, and the longest wait */
    [RECOVERY_BY_TWO_OFFICERS] = {"two_officers", RECOVERY_PROOF_PERSON | RECOVERY_PROOF_SECOND, offsetof(struct recovery_limits, cool_off_far_ms)},
    /* at home: something held and something known that are not the old phone's, and the holder is waited for as long as with a card */
    [RECOVERY_BY_PASSKEY] = {"passkey", RECOVERY_PROOF_PASSKEY, offsetof(struct recovery_limits, cool_off_ms)},
};

struct slice recovery_path_name(enum recovery_path path) {
  return path >= 0 && path < RECOVERY_PATH_COUNT ? slice_str(paths[path].name) : S("");
}

enum recovery_path recovery_path_of(unsigned proofs, bool is_contested) {
  /* two officers who both saw the person are worth a machine that matched */
  proofs |= proofs & RECOVERY_PROOF_SECOND ? (unsigned)RECOVERY_PROOF_MATCHED : 0;
  for (int path = RECOVERY_BY_CARD_AND_NUMBER; path < RECOVERY_PATH_COUNT; path++) {
    bool is_open = !is_contested || path == RECOVERY_BY_TWO_OFFICERS;
    if (is_open && (proofs & paths[path].proofs) == paths[path].proofs) {
      return (enum recovery_path)path;
    }
  }
  return RECOVERY_PATH_NONE;
}

int64_t recovery_wait_ms(const struct recovery_limits *limits, enum recovery_path path) {
  int64_t wait = 0;
  memcpy(&wait, (const uint8_t *)limits + paths[path].wait, sizeof wait);
  return wait;
}

static const struct {
  enum recovery_proof proof;
  const char *name;
} proofs[] = {
    {RECOVERY_PROOF_PERSON, "person"}, {RECOVERY_PROOF_MATCHED, "matched"}, {RECOVERY_PROOF_CARD, "card"}, {RECOVERY_PROOF_NUMBER, "number"},
    {RECOVERY_PROOF_HELPER, "helper"}, {RECOVERY_PROOF_CODE, "code"},       {RECOVERY_PROOF_SECOND, "second_officer"},
    {RECOVERY_PROOF_PASSKEY, "passkey"},
};

struct slice recovery_proof_name(enum recovery_proof proof) {
  for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
    if (proofs[i].proof == proof) {
      return slice_str(proofs[i].name);
    }
  }
  return S("");
}
