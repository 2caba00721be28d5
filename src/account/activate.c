/* Activation in two steps: the code buys a ticket, the ticket buys a password and a passcode. A write that must count a wrong attempt cannot
 * fail (it would be rolled back): it leaves its answer in `answer`. */
#include "account/attempt.h"
#include "account/authenticator.h"
#include "account/code.h"
#include "account/life.h"
#include "account/session.h"

struct beginning {
  struct env *env;
  const struct account_code_entry *entry;
  const struct account_token_hash *ticket;
  uint16_t answer; /* 0: the ticket is good */
};

/* 0 for a number nobody has, or whose account does not wait for a code. */
static result waiting_person(struct db_tx *tx, struct slice pin, int64_t *ret_person_id) {
  int64_t person_id = 0;
  struct account account = {0};
  result found = register_person_find(tx, pin, &person_id);
  if (result_kind(found) == RESULT_INTERNAL || result_kind(found) == RESULT_UNAVAILABLE) {
    return found;
  }
  if (is_ok(found)) {
    TRY(account_load(tx, person_id, &account));
  }
  *ret_person_id = account.state == ACCOUNT_APPROVED ? person_id : 0;
  return OK;
}

static result give_ticket(struct db_tx *tx, const struct beginning *beginning, int64_t person_id, int64_t lifetime_ms) {
  struct env *env = beginning->env;
  TRY(db_run(tx, "INSERT INTO account_ticket (ticket_hash, person_id, expires_at) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_bytes(slice_of(beginning->ticket->bytes, sizeof beginning->ticket->bytes)), db_of_int(person_id),
                     db_of_int(clock_now_ms(env->clock) + lifetime_ms)),
             NULL));
  struct account_event event = {.person_id = person_id, .kind = S("code_used")};
  return account_history_append(env, tx, &event);
}

static result write_begin(struct db_tx *tx, void *arg) {
  struct beginning *beginning = arg;
  struct env *env = beginning->env;
  const struct account_code_entry *entry = beginning->entry;
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  struct account_attempt address = {ACCOUNT_ATTEMPT_NETWORK, entry->client.network, limits.address_failures_max, limits.address_window_ms};
  struct account_attempt login = {ACCOUNT_ATTEMPT_CODE, entry->pin, limits.wrong_codes_max, limits.wrong_password_lock_ms};
  bool allowed = false;
  bool last = false;
  TRY(account_attempt_take(env, tx, &address, &allowed, &last));
  if (!allowed) {
    beginning->answer = ACCOUNT_TOO_MANY;
    return OK;
  }
  TRY(account_attempt_take(env, tx, &login, &allowed, &last));
  if (!allowed) {
    beginning->answer = ACCOUNT_LOCKED_FOR_NOW;
    return account_attempt_give_back(tx, &address);
  }
  int64_t person_id = 0;
  bool right = false;
  TRY(waiting_person(tx, entry->pin, &person_id));
  TRY(account_code_use(env, tx, person_id, entry->code, &right));
  if (!right) {
    beginning->answer = ACCOUNT_CODE;
    return OK;
  }
  beginning->answer = 0;
  TRY(account_attempt_give_back(tx, &address));
  TRY(account_attempt_clear(tx, &login));
  return give_ticket(tx, beginning, person_id, limits.ticket_lifetime_ms);
}

result account_activate_begin(struct env *env, const struct account_code_entry *entry, struct account_token *ret_ticket) {
  struct account_token ticket = {0};
  struct account_token_hash hash = account_token_new(env, &ticket);
  struct beginning beginning = {.env = env, .entry = entry, .ticket = &hash};
  TRY(db_write(env->db, write_begin, &beginning));
  if (beginning.answer != 0) {
    FAIL(beginning.answer, "activation refused");
  }
  *ret_ticket = ticket;
  return OK;
}

result account_activate_ticket(struct env *env, struct db_tx *tx, int64_t person_id, struct account_token *ret_ticket) {
  struct account account = {0};
  struct account_limits limits = {0};
  struct account_token ticket = {0};
  TRY(account_load(tx, person_id, &account));
  if (account.state != ACCOUNT_APPROVED) {
    FAIL(ACCOUNT_MOVE, "nothing to activate");
  }
  TRY(account_limits_load(tx, &limits));
  struct account_token_hash hash = account_token_new(env, &ticket);
  TRY(give_ticket(tx, &(const struct beginning){.env = env, .ticket = &hash}, person_id, limits.ticket_lifetime_ms));
  *ret_ticket = ticket;
  return OK;
}

struct finishing {
  struct env *env;
  struct account_token_hash ticket;
  int64_t person_id;
  struct slice password; /* stored forms */
  struct slice passcode;
};

static result ticket_holder(struct env *env, struct db_tx *tx, const struct account_token_hash *ticket, int64_t *ret_person_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id FROM account_ticket WHERE ticket_hash = $1 AND expires_at > $2",
               DB_ARGS(db_of_bytes(slice_of(ticket->bytes, sizeof ticket->bytes)), db_of_int(clock_now_ms(env->clock))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_CODE, "no such ticket, or it has run out");
  }
  *ret_person_id = db_int(&rows, 0);
  return OK;
}

static result write_finish(struct db_tx *tx, void *arg) {
  struct finishing *finishing = arg;
  struct env *env = finishing->env;
  int64_t person_id = 0;
  TRY(ticket_holder(env, tx, &finishing->ticket, &person_id)); /* two at once: the second finds no ticket */
  TRY(db_run(tx, "DELETE FROM account_ticket WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  TRY(account_authenticator_save(env, tx, person_id, ACCOUNT_PASSWORD_KIND, finishing->password));
  TRY(account_authenticator_save(env, tx, person_id, ACCOUNT_PASSCODE_KIND, finishing->passcode));
  struct account_step step = {.person_id = person_id,
                              ACCOUNT_PATH(ACCOUNT_ACTIVE),
                              .kind = "account.activated",
                              .actor = {person_id, S("")}};
  TRY(account_move(env, tx, &step));
  TRY(db_run(tx, "UPDATE account SET activated_at = $2 WHERE person_id = $1 AND activated_at IS NULL",
             DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock))), NULL));
  struct account_event event = {.person_id = person_id, .kind = S("activated")};
  return account_history_append(env, tx, &event);
}

result account_activate_finish(struct env *env, struct pool *pool, struct slice ticket, const struct account_secrets *secrets) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct finishing finishing = {.env = env, .ticket = account_token_hash(ticket)};
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(ticket_holder(env, tx, &finishing.ticket, &finishing.person_id));
    TRY(account_password_check_rules(tx, finishing.person_id, secrets->password));
    TRY(account_passcode_check_rules(tx, finishing.person_id, secrets->passcode));
  }
  TRY(account_secret_hash(pool, secrets->password, &arena, &finishing.password));
  TRY(account_secret_hash(pool, secrets->passcode, &arena, &finishing.passcode));
  return db_write(env->db, write_finish, &finishing);
}
