/* dossier/sign_up.c: the first two steps of signing up: what somebody says of their card, and a code to the number they say is theirs. Nothing here
 * looks into the register, so there is nothing to be learned about it. */
#include "dossier/sign_up.h"

#include "codec/jout.h"
#include "crypto/token.h"
#include "message/message.h"

enum { CODE_DIGITS = 6, SALT_BYTES = 16, WRONG_MAX = 5 };
static const int64_t ticket_lifetime_ms = 30LL * 60 * 1000;
static const char ticket_label[] = "danh-sign-up";

static const bool moves[DOSSIER_SIGN_UP_STATES][DOSSIER_SIGN_UP_STATES] = {
    [DOSSIER_SIGN_UP_CODE_SENT] = {[DOSSIER_SIGN_UP_CONFIRMED] = true},
    [DOSSIER_SIGN_UP_CONFIRMED] = {[DOSSIER_SIGN_UP_FINISHED] = true},
};

bool dossier_sign_up_move_is_allowed(enum dossier_sign_up_state from, enum dossier_sign_up_state to) {
  return from > 0 && from < DOSSIER_SIGN_UP_STATES && to > 0 && to < DOSSIER_SIGN_UP_STATES && moves[from][to];
}

/* ---- the claim between the steps ---- */

static struct slice claim_write(struct arena *arena, const struct dossier_sign_up *s) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 512);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "pin", s->pin);
  jout_put_text(&out, "name", s->name);
  jout_put_text(&out, "birth", register_birth_write(arena, s->birth));
  jout_put_int(&out, "issued", s->card_issued);
  jout_put_int(&out, "expires", s->card_expires);
  jout_put_text(&out, "source", s->source);
  jout_put_bool(&out, "cut", s->name_may_be_cut);
  jout_put_text(&out, "email", s->email);
  jout_put_bool(&out, "english", s->english);
  jout_object_end(&out);
  return buf_slice(&buf);
}

result dossier_sign_up_claim_read(struct slice claim, struct arena *arena, struct dossier_sign_up *ret_claim) {
  enum { NAME_MAX = 400, EMAIL_MAX = 254 };
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct dossier_sign_up s = {0};
  struct slice birth;
  int64_t issued = 0;
  int64_t expires = 0;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, claim, &root));
  TRY(jin_text(root, "pin", NAME_MAX, &s.pin));
  TRY(jin_text(root, "name", NAME_MAX, &s.name));
  TRY(jin_text(root, "birth", NAME_MAX, &birth));
  TRY(jin_int(root, "issued", 0, INT32_MAX, &issued));
  TRY(jin_int(root, "expires", 0, INT32_MAX, &expires));
  TRY(jin_text(root, "source", NAME_MAX, &s.source));
  TRY(jin_bool(root, "cut", &s.name_may_be_cut));
  TRY(jin_text_optional(root, "email", EMAIL_MAX, &s.email));
  TRY(jin_bool(root, "english", &s.english));
  TRY(register_birth_parse(birth, &s.birth));
  s.card_issued = (int32_t)issued;
  s.card_expires = (int32_t)expires;
  *ret_claim = s;
  return OK;
}

/* ---- rows ---- */

result dossier_sign_up_load(struct env *env, struct db_tx *tx, struct arena *arena, struct slice ticket, struct sign_up_row *ret_row) {
  struct sign_up_row row = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  token_stored_form(ticket_label, ticket, row.ticket_hash);
  TRY(db_query(tx, "SELECT state, claim, phone, salt, code_hash, wrong, pictures FROM dossier_sign_up WHERE ticket_hash = $1 AND expires_at > $2",
               DB_ARGS(db_of_bytes(slice_of(row.ticket_hash, sizeof row.ticket_hash)), db_of_int(clock_now_ms(env->clock))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_CODE, "no such ticket, or it has run out");
  }
  row.state = (enum dossier_sign_up_state)db_int(&rows, 0);
  row.claim = db_text_copy(&rows, 1, arena);
  row.phone = db_text_copy(&rows, 2, arena);
  row.salt = db_bytes_copy(&rows, 3, arena);
  row.code_hash = db_bytes_copy(&rows, 4, arena);
  row.wrong = db_int(&rows, 5);
  row.pictures = db_int(&rows, 6);
  *ret_row = row;
  return OK;
}

result dossier_sign_up_move(struct db_tx *tx, const struct sign_up_row *row, enum dossier_sign_up_state to) {
  if (!dossier_sign_up_move_is_allowed(row->state, to)) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "signing up does not go from %d to %d", (int)row->state, (int)to);
  }
  return db_run(tx, "UPDATE dossier_sign_up SET state = $2 WHERE ticket_hash = $1",
                DB_ARGS(db_of_bytes(slice_of(row->ticket_hash, sizeof row->ticket_hash)), db_of_int(to)), NULL);
}

/* ---- the first step ---- */

struct beginning {
  struct env *env;
  struct arena *arena;
  const struct dossier_sign_up *sign_up;
  struct slice phone;
  struct slice claim;
  struct slice code;
  uint8_t salt[SALT_BYTES];
  uint8_t code_hash[DIGEST_BYTES];
  uint8_t ticket_hash[DIGEST_BYTES];
  int64_t code_id;
};

static void hash_code(struct arena *arena, struct slice salt, struct slice code, uint8_t ret_hash[static DIGEST_BYTES]) {
  token_stored_form("danh-sign-up-code", arena_printf(arena, "%.*s%.*s", SLICE_ARG(salt), SLICE_ARG(code)), ret_hash);
}

static result begin_in_write(struct db_tx *tx, void *arg) {
  struct beginning *b = arg;
  int64_t expires = clock_now_ms(b->env->clock) + ticket_lifetime_ms;
  const struct message message = {
      .kind = MESSAGE_CODE,
      .channel = MESSAGE_SMS,
      .address = b->phone,
      .purpose = S("sign_up"),
      .code_id = b->code_id,
      .network = b->sign_up->network,
      .text = arena_printf(b->arena, "Mã xác nhận đăng ký định danh điện tử: %.*s. Hiệu lực 15 phút. Không cung cấp mã cho bất kỳ ai.", SLICE_ARG(b->code)),
      .text_en = arena_printf(b->arena, "Your code to sign up for an e-ID: %.*s. Valid for 15 minutes. Give it to nobody.", SLICE_ARG(b->code)),
      .english = b->sign_up->english};
  TRY(db_run(tx, "DELETE FROM dossier_sign_up WHERE ticket_hash IN (SELECT ticket_hash FROM dossier_sign_up WHERE expires_at <= $1 LIMIT 1000)",
             DB_ARGS(db_of_int(clock_now_ms(b->env->clock))), NULL));
  TRY(message_send(b->env, tx, &message));
  return db_run(tx, "INSERT INTO dossier_sign_up (ticket_hash, state, expires_at, claim, phone, salt, code_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                DB_ARGS(db_of_bytes(slice_of(b->ticket_hash, sizeof b->ticket_hash)), db_of_int(DOSSIER_SIGN_UP_CODE_SENT), db_of_int(expires),
                        db_of_text(b->claim), db_of_text(b->phone), db_of_bytes(slice_of(b->salt, sizeof b->salt)),
                        db_of_bytes(slice_of(b->code_hash, sizeof b->code_hash))),
                NULL);
}

result dossier_sign_up_begin(struct env *env, const struct dossier_sign_up *sign_up, struct account_token *ret_ticket) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct beginning b = {.env = env, .arena = &arena, .sign_up = sign_up, .code_id = env_id_new(env)};
  struct slice ticket = token_make(env->random, &arena);
  TRY(account_phone_normal(&arena, sign_up->phone, &b.phone));
  b.claim = claim_write(&arena, sign_up);
  b.code = token_code(env->random, CODE_DIGITS, &arena);
  random_fill(env->random, b.salt, sizeof b.salt);
  hash_code(&arena, slice_of(b.salt, sizeof b.salt), b.code, b.code_hash);
  token_stored_form(ticket_label, ticket, b.ticket_hash);
  TRY(db_write(env->db, begin_in_write, &b));
  struct account_token given = {0};
  memcpy(given.text, ticket.ptr, ticket.len < ACCOUNT_TOKEN_CHARACTERS ? ticket.len : ACCOUNT_TOKEN_CHARACTERS);
  *ret_ticket = given;
  return OK;
}

/* ---- the second step ---- */

struct confirming {
  struct env *env;
  struct arena *arena;
  struct slice ticket;
  struct slice code;
  bool is_right;
};

/* A wrong code must be counted, so it is no failure of the write. */
static result confirm_in_write(struct db_tx *tx, void *arg) {
  struct confirming *c = arg;
  struct sign_up_row row;
  uint8_t hash[DIGEST_BYTES];
  TRY(dossier_sign_up_load(c->env, tx, c->arena, c->ticket, &row));
  hash_code(c->arena, row.salt, c->code, hash);
  c->is_right = row.state == DOSSIER_SIGN_UP_CODE_SENT && row.wrong < WRONG_MAX && slice_eq_secret(slice_of(hash, sizeof hash), row.code_hash);
  if (c->is_right) {
    return dossier_sign_up_move(tx, &row, DOSSIER_SIGN_UP_CONFIRMED);
  }
  return db_run(tx, "UPDATE dossier_sign_up SET wrong = wrong + 1 WHERE ticket_hash = $1",
                DB_ARGS(db_of_bytes(slice_of(row.ticket_hash, sizeof row.ticket_hash))), NULL);
}

result dossier_sign_up_confirm(struct env *env, struct slice ticket, struct slice code) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct confirming c = {.env = env, .arena = &arena, .ticket = ticket, .code = slice_trim(code)};
  TRY(db_write(env->db, confirm_in_write, &c));
  if (!c.is_right) {
    FAIL(ACCOUNT_CODE, "another code");
  }
  return OK;
}
