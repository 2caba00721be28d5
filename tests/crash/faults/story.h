/* tests/crash/faults/story.h: one server's life, and what a client outside has been told in it.
 *
 *   open -> sign in -> submit -> ledger -> token -> revoke the token -> withdraw -> sign out -> close -> open -> sign in -> submit -> ledger -> close
 *
 * A client asks once more, with the same key, whatever was not answered with success. What was acknowledged stands in memory that
 * outlives the process. The judge opens what is left, without faults, and holds it against that.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { STORY_DOSSIERS = 2, STORY_SESSIONS = STORY_DOSSIERS, /* each its own citizen's */
  STORY_TEXT = 2048, STORY_COOKIE = 256, STORY_WORDS = 240 };

enum story_word { STORY_UNTOLD, STORY_ASKED, STORY_TOLD }; /* nothing asked; asked and not answered; acknowledged */

struct story {
  enum story_word dossier[STORY_DOSSIERS];
  char code[STORY_DOSSIERS][64];
  enum story_word withdrawn; /* the first dossier */
  enum story_word session[STORY_SESSIONS];
  char cookie[STORY_SESSIONS][STORY_COOKIE];
  enum story_word signed_out; /* the first session */
  enum story_word token;
  char token_text[STORY_TEXT];
  enum story_word revoked;
  int64_t checkpoint_size; /* the newest that was signed and given out */
  uint8_t checkpoint_root[32];
  uint64_t signatures;     /* that the signer had counted by then */
  int told;                /* acknowledgements */
  int refusals;            /* answered with 5xx */
  char wrong[STORY_WORDS]; /* an answer that is neither success nor "not now" */
};

/* Where it plays, and who it is about. */
struct story_stage {
  const char *folder;
  const char *citizen[STORY_SESSIONS]; /* PINs */
  const char *password;                /* of both */
  const char *client;                  /* "Basic ..." of a relying party with client_credentials and the scope "read" */
};

/* In a child: 0, or the exit code danh would end with, its sentence on standard error. */
int story_run(const struct story_stage *stage, struct story *story);
/* In a child: 0, or 1 with what was lost, doubled, revived or altered on standard output. */
int story_judge(const struct story_stage *stage, const struct story *story);
