/* message/message.h: codes and notices to people, by SMS and by e-mail: a row in the caller's transaction, sent by the runner.
 *
 * Standard   RFC 5322, RFC 2045 and RFC 2047 for mail (mail.c); RFC 3834 (Auto-Submitted); NIST SP 800-63B 4.2.2, 6.1.2.
 * Durable    message_send is part of the caller's write: the message exists exactly when what it tells of does. The runner sends it and only then
 *            marks it: killed in between it is sent again, under the same idempotency key (Message-ID, Idempotency-Key), never lost.
 * Retries    5 s, doubling to 10 min, or what the gateway asks for (Retry-After), until the message expires. An address that is refused for good
 *            ends it: REFUSED. A channel without a sender keeps its messages until it has one, or they expire.
 * Limits     codes only, by address, person, network and in all: beyond them message_send is refused with MESSAGE_TOO_MANY, and the caller's write with
 *            it. Notices are never refused: a thief must not be able to use up the holder's warnings. The same notice to the same address while the
 *            first still waits is one.
 * Codes      of one person for one purpose only the newest code lives: an older one's text is emptied, sent or not. Once a code is used call
 *            message_code_end: its text is emptied. Expired codes are emptied by message_sweep and never sent.
 * Threads    message_send inside a write; the runner has a few threads a channel.
 * Shapes     phone "0912345678" or "+84912345678"; texts UTF-8, without control characters but line feeds; times Unix ms UTC.
 */
#pragma once
#include "env/env.h"

enum message_error {
  MESSAGE_TOO_MANY = RESULT_CODE(RESULT_REFUSED, MODULE_MESSAGE, 1),        /* Too many codes were asked for: message_wait. */
  MESSAGE_ADDRESS = RESULT_CODE(RESULT_INVALID, MODULE_MESSAGE, 2),         /* Neither a phone number nor an e-mail address we can write to. */
  MESSAGE_TEXT = RESULT_CODE(RESULT_INVALID, MODULE_MESSAGE, 3),            /* No text, too long, or with a control character. */
  MESSAGE_UNREACHABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_MESSAGE, 4), /* Mail server or gateway does not answer, or asks to wait. */
  MESSAGE_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_MESSAGE, 5),         /* Mail server or gateway will never take this message. */
  MESSAGE_LIMIT = RESULT_CODE(RESULT_INVALID, MODULE_MESSAGE, 6),           /* No such limit, or not a positive number. */
};
extern const struct db_migration message_migrations[]; /* ended by {0} */

enum message_kind { MESSAGE_CODE = 1, MESSAGE_NOTICE };
enum message_channel { MESSAGE_SMS = 1, MESSAGE_EMAIL };

/*   QUEUED -> SENT -> DELIVERED (the gateway's receipt)
 *     |--> REFUSED   for good, by the other side
 *     |--> EXPIRED   nobody would be helped by it any more
 *     '--> WITHDRAWN its code was used or replaced before it went out
 */
enum message_state {
  MESSAGE_QUEUED = 1,
  MESSAGE_SENT,
  MESSAGE_DELIVERED,
  MESSAGE_STATE_REFUSED,
  MESSAGE_EXPIRED,
  MESSAGE_WITHDRAWN,
  MESSAGE_STATE_COUNT
};
struct slice message_state_name(enum message_state state); /* "queued" */
bool message_move_is_allowed(enum message_state from, enum message_state to);

struct message {
  int64_t person_id; /* 0: nobody known yet (an enrolment that begins) */
  enum message_kind kind;
  enum message_channel channel;
  struct slice address;
  struct slice purpose;    /* "activation", "sign_in", "recovery" ...: what a code is for; of notices a word for the log */
  int64_t code_id;         /* which code it carries; the same over two channels. 0 for notices */
  struct slice network;    /* codes: the network of who asked (account_client.network); empty: the house itself */
  struct slice subject;    /* e-mail; Vietnamese */
  struct slice subject_en; /* e-mail; may be empty */
  struct slice text;       /* Vietnamese */
  struct slice text_en;    /* may be empty; e-mail carries both, an SMS the one `english` says */
  bool english;
  int64_t expires_at_ms;   /* 0: codes 15 minutes, notices 7 days */
};
enum { MESSAGE_TEXT_CHARACTERS_MAX = 1000, MESSAGE_SUBJECT_CHARACTERS_MAX = 120 };

/* Inside a write. MESSAGE_TOO_MANY (fails the write: ask first what else could fail), MESSAGE_ADDRESS, MESSAGE_TEXT. */
MUST_USE result message_send(struct env *env, struct db_tx *tx, const struct message *message);
/* How long until that code would be let through: seconds, 0: now. For Retry-After. */
MUST_USE result message_wait(struct env *env, struct db_tx *tx, const struct message *message, int64_t *ret_wait_s);
/* The code was used, or is dead: its text is emptied, and what has not gone out yet never will. */
MUST_USE result message_code_end(struct env *env, struct db_tx *tx, int64_t person_id, struct slice purpose);
/* May we write to it? A phone number, or an e-mail address without anything that would end a header line. */
bool message_is_address(enum message_channel channel, struct slice address);

/* One message as it lies there. */
struct message_item {
  int64_t person_id;
  int64_t message_id; /* the idempotency key on the wire */
  enum message_kind kind;
  enum message_channel channel;
  enum message_state state;
  struct slice address;
  struct slice purpose;
  struct slice subject;
  struct slice text; /* empty once its code was used, replaced or has expired */
  int32_t attempts;
  int64_t created_at_ms;
  int64_t expires_at_ms;
  int64_t sent_at_ms;      /* 0: not yet */
  struct slice last_error; /* "unreachable", "refused"; empty: none */
};
struct message_list {
  const struct message_item *items;
  size_t count;
};
/* Newest first. person_id 0: of everybody (operators' figures and the demonstration's screen). */
MUST_USE result message_list(struct db_tx *tx, int64_t person_id, int limit, struct arena *arena, struct message_list *ret_list);

/* How many wait to be sent. */
MUST_USE result message_backlog(struct db_tx *tx, int64_t *ret_waiting);

/* ---- sending ---- */

struct message_outcome {
  struct slice reference; /* the gateway's own id, for its receipt; empty: none */
  int64_t retry_after_ms; /* asked for by the other side; 0: nothing. Written on failure too */
};
struct message_sender {
  /* Outside any transaction; may run again for a message whose outcome was not stored. MESSAGE_UNREACHABLE: later; MESSAGE_REFUSED: never.
   * NULL: nothing is sent over this channel, messages wait. */
  result (*send)(struct env *env, void *context, const struct message_item *item, struct arena *arena, struct message_outcome *outcome);
  void *context;
  bool (*is_there)(void *context); /* whether anything can be sent at present; else messages wait. NULL: always */
};
struct message_senders {
  struct message_sender sms;
  struct message_sender email;
};
/* The demonstration's: sent is what lies on its screen. */
MUST_USE result message_screen_send(struct env *env, void *context, const struct message_item *item, struct arena *arena,
                                    struct message_outcome *outcome);

struct message_runner;
/* Its threads send what is due: at once when woken, else once a second. env must outlive it. */
MUST_USE result message_runner_open(struct env *env, const struct message_senders *senders, struct message_runner **ret_runner);
void message_runner_wake(struct message_runner *runner);
void message_runner_close(struct message_runner **runner); /* finishes what is in flight; the rest stays in its rows. NULL is fine */
/* One round over everything due, in the caller's thread: CLI and tests. ret_left: messages still queued. */
MUST_USE result message_send_due(struct env *env, const struct message_senders *senders, int64_t *ret_left);
/* The gateway says that it has arrived. Inside a write; a reference nobody knows, or a second receipt, changes nothing. */
MUST_USE result message_receipt(struct env *env, struct db_tx *tx, struct slice reference);
/* Expired ones end, their texts are emptied; what is older than a year goes. One write of at most 1,000 rows each. */
MUST_USE result message_sweep(struct env *env);

/* ---- an e-mail as bytes: mail.c ---- */
struct message_mail {
  struct slice from;      /* "khong-tra-loi@danh.example" */
  struct slice from_name; /* "Định danh điện tử"; may be empty */
  int64_t at_ms;
};
/* Headers and body with CRLF; names and subject in RFC 2047 words, the body base64 of UTF-8. MESSAGE_ADDRESS, MESSAGE_TEXT. */
MUST_USE result message_mail_write(struct arena *arena, const struct message_mail *mail, const struct message_item *item, struct slice *ret_bytes);

/* ---- limits: defaults in limits.c, changed ones in a table ---- */
struct message_limits {
  int64_t address_codes_max; /* 10 codes to one address in a window ... */
  int64_t person_codes_max;  /* 10 */
  int64_t network_codes_max; /* 60 asked for from one network */
  int64_t codes_max;         /* 60,000 in all */
  int64_t window_ms;         /* ... of one hour */
};
MUST_USE result message_limits_load(struct db_tx *tx, struct message_limits *ret_limits);
/* name: as above; value > 0. Inside a write. MESSAGE_LIMIT. */
MUST_USE result message_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value);
