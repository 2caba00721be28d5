#include "payment/payment.h"

#include "base/buf.h"

static const int64_t AMOUNT_MAX = 9999999999999;
enum {
  REFERENCE_CHARACTERS = 10, /* after LLTP: 50 bits, the time and then random ones */
  REFERENCE_TICK_MS = 16,
  REFERENCE_TICK_BITS = 36, /* 34 years */
  REFERENCE_RANDOM_BITS = 14,
  REFERENCE_BYTES = 4 + REFERENCE_CHARACTERS,
  REFERENCE_TRIES = 16,
  TRANSACTION_BYTES_MAX = 64
};

const struct db_migration payment_migrations[] = {
    {"payment", 1,
     "CREATE TABLE payment_request ("
     "  person_id id/public NOT NULL, payment_id id/public NOT NULL,"
     "  dossier_code text/personal NOT NULL, reference text/personal NOT NULL,"
     "  amount int/personal NOT NULL, paid int/personal NOT NULL, state int/personal NOT NULL,"
     "  created_at time/personal NOT NULL, settled_at time/personal,"
     "  PRIMARY KEY (person_id, payment_id)) HEAP;" /* as the references are: every submission adds one */
     "CREATE TABLE payment_reference ("
     "  reference text/personal NOT NULL, person_id id/public NOT NULL, payment_id id/public NOT NULL, PRIMARY KEY "
     "(reference));"
     "CREATE TABLE payment_received ("
     "  transaction_id text/personal NOT NULL PRIMARY KEY, person_id id/public NOT NULL, payment_id id/public NOT NULL,"
     "  reference text/personal NOT NULL, amount int/personal NOT NULL, refund int/personal NOT NULL,"
     "  paid_at time/personal NOT NULL, received_at time/personal NOT NULL);"
     "CREATE TABLE payment_refund ("
     "  person_id id/public NOT NULL, refund_id id/public NOT NULL, dossier_code text/personal NOT NULL,"
     "  transaction_id text/personal NOT NULL, amount int/personal NOT NULL, reason text/personal NOT NULL,"
     "  created_at time/personal NOT NULL,"
     "  PRIMARY KEY (person_id, refund_id));"},
    {0},
};

/* Ascending with time, so that new references lie side by side; the random bits keep a slip of the pen from meeting
 * another payer's. */
static struct slice reference_new(struct env *env, struct arena *arena, int64_t at_ms) {
  static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* no I, L, O, U: read aloud without mistakes */
  static const struct civil_date first_day = {2020, 1, 1};
  uint64_t ticks = (uint64_t)(at_ms - clock_date_start_ms(clock_date_from(first_day))) / REFERENCE_TICK_MS;
  uint64_t number = (ticks % (UINT64_C(1) << REFERENCE_TICK_BITS)) << REFERENCE_RANDOM_BITS |
                    random_below(env->random, 1u << REFERENCE_RANDOM_BITS);
  struct buf text;
  buf_init(&text, arena, REFERENCE_BYTES);
  buf_append(&text, S("LLTP"));
  for (int shift = 5 * (REFERENCE_CHARACTERS - 1); shift >= 0; shift -= 5) {
    buf_append_byte(&text, (uint8_t)alphabet[number >> shift & 31]);
  }
  return buf_slice(&text);
}

static result reference_take(struct env *env, struct db_tx *tx, struct arena *arena, struct payment_request *request) {
  int64_t taken = 0;
  for (int i = 0; i < REFERENCE_TRIES && taken == 0; i++) {
    request->reference = reference_new(env, arena, request->created_at_ms + (int64_t)i * REFERENCE_TICK_MS);
    TRY(db_run(tx, "INSERT INTO payment_reference (reference, person_id, payment_id) VALUES ($1, $2, $3) ON CONFLICT (reference) DO NOTHING",
               DB_ARGS(db_of_text(request->reference), db_of_int(request->person_id), db_of_int(request->payment_id)), &taken));
  }
  if (taken == 0) {
    FAIL(DB_DUPLICATE, "%d references in a row are taken", REFERENCE_TRIES);
  }
  return OK;
}

static result append_ledger(struct env *env, struct db_tx *tx, const char *kind, int64_t person_id,
                            struct slice detail) {
  struct ledger_entry entry = {
      .kind = kind, .subjects = &person_id, .subject_count = person_id ? 1 : 0, .detail = detail};
  return ledger_append(env, tx, &entry);
}

result payment_request_create(struct env *env, struct db_tx *tx, struct arena *arena, struct payment_request *request) {
  if (request->amount < 1 || request->amount > AMOUNT_MAX) {
    FAIL(PAYMENT_AMOUNT, "fee request out of range");
  }
  request->payment_id = env_id_new(env);
  request->paid = 0;
  request->state = PAYMENT_DUE;
  request->created_at_ms = clock_now_ms(env->clock);
  request->settled_at_ms = 0;
  TRY(reference_take(env, tx, arena, request));
  TRY(db_run(
      tx,
      "INSERT INTO payment_request (person_id, payment_id, dossier_code, reference, amount, paid, state, created_at)"
      " VALUES ($1, $2, $3, $4, $5, 0, $6, $7)",
      DB_ARGS(db_of_int(request->person_id), db_of_int(request->payment_id), db_of_text(request->dossier_code),
              db_of_text(request->reference), db_of_int(request->amount), db_of_int(PAYMENT_DUE),
              db_of_int(request->created_at_ms)),
      NULL));
  return append_ledger(env, tx, "payment.requested", request->person_id,
                       arena_printf(arena, "{\"dossier\":\"%.*s\",\"amount\":%lld}", SLICE_ARG(request->dossier_code),
                                    (long long)request->amount));
}

static void read_request(const struct db_rows *rows, struct arena *arena, struct payment_request *ret_request) {
  *ret_request = (struct payment_request){
      .person_id = db_int(rows, 0),
      .payment_id = db_int(rows, 1),
      .dossier_code = db_text_copy(rows, 2, arena),
      .reference = db_text_copy(rows, 3, arena),
      .amount = db_int(rows, 4),
      .paid = db_int(rows, 5),
      .state = (enum payment_state)db_int(rows, 6),
      .created_at_ms = db_int(rows, 7),
      .settled_at_ms = db_int(rows, 8),
  };
}

result payment_request_load(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice dossier_code,
                            struct payment_request *ret_request) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found =
      db_row(tx,
             "SELECT person_id, payment_id, dossier_code, reference, amount, paid, state, created_at, settled_at"
             " FROM payment_request WHERE person_id = $1 AND dossier_code = $2 ORDER BY payment_id DESC LIMIT 1",
             DB_ARGS(db_of_int(person_id), db_of_text(dossier_code)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(PAYMENT_NOT_FOUND, "no fee request for that dossier");
  }
  TRY(found);
  read_request(&rows, arena, ret_request);
  return OK;
}

static result refund_add(struct env *env, struct db_tx *tx, const struct payment_refund *refund) {
  return db_run(
      tx,
      "INSERT INTO payment_refund (person_id, refund_id, dossier_code, transaction_id, amount, reason, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      DB_ARGS(db_of_int(refund->person_id), db_of_int(env_id_new(env)), db_of_text(refund->dossier_code),
              db_of_text(refund->transaction_id), db_of_int(refund->amount), db_of_text(refund->reason),
              db_of_int(clock_now_ms(env->clock))),
      NULL);
}

result payment_request_cancel(struct env *env, struct db_tx *tx, const struct payment_request *request, bool refund) {
  if (request->state == PAYMENT_CANCELLED) {
    return OK;
  }
  if (refund && request->paid > 0) {
    struct payment_refund due = {.person_id = request->person_id,
                                 .dossier_code = request->dossier_code,
                                 .amount = request->paid,
                                 .reason = S("withdrawn")};
    TRY(refund_add(env, tx, &due));
  }
  return db_run(tx, "UPDATE payment_request SET state = $3 WHERE person_id = $1 AND payment_id = $2",
                DB_ARGS(db_of_int(request->person_id), db_of_int(request->payment_id), db_of_int(PAYMENT_CANCELLED)),
                NULL);
}

/* Banks change case, drop blanks and put their own words around what the payer sent. */
static struct slice reference_in(struct arena *arena, struct slice text) {
  struct buf plain;
  buf_init(&plain, arena, text.len + 1);
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (c != ' ' && c != '-') {
      buf_append_byte(&plain, (uint8_t)(c >= 'a' && c <= 'z' ? c - 32 : c));
    }
  }
  struct slice whole = buf_slice(&plain);
  for (size_t i = 0; i + REFERENCE_BYTES <= whole.len; i++) {
    if (slice_starts(slice_from(whole, i), S("LLTP"))) {
      return slice_sub(whole, i, REFERENCE_BYTES);
    }
  }
  return whole;
}

static bool is_transaction_id(struct slice id) {
  if (id.len == 0 || id.len > TRANSACTION_BYTES_MAX) {
    return false;
  }
  for (size_t i = 0; i < id.len; i++) {
    uint8_t c = id.ptr[i];
    bool plain =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!plain) {
      return false;
    }
  }
  return true;
}

/* Fills the outcome of a transaction that was booked before; *ret_found false when it was not. */
static result find_repeated(struct db_tx *tx, const struct payment_notification *n, struct slice reference,
                            struct payment_outcome *outcome, bool *ret_found) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx, "SELECT person_id, payment_id, reference, amount, refund FROM payment_received WHERE transaction_id = $1",
      DB_ARGS(db_of_text(n->transaction_id)), &rows));
  *ret_found = db_rows_next(&rows);
  TRY(rows.status);
  if (!*ret_found) {
    return OK;
  }
  if (!slice_eq(db_text(&rows, 2), reference) || db_int(&rows, 3) != n->amount) {
    FAIL(PAYMENT_TRANSACTION_DIFFERS, "transaction reported twice with other content");
  }
  outcome->repeated = true;
  outcome->unknown = db_int(&rows, 1) == 0;
  outcome->refund = db_int(&rows, 4);
  outcome->request.person_id = db_int(&rows, 0);
  outcome->request.payment_id = db_int(&rows, 1);
  return OK;
}

static result load_by_id(struct db_tx *tx, struct arena *arena, struct payment_request *request) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx,
             "SELECT person_id, payment_id, dossier_code, reference, amount, paid, state, created_at, settled_at"
             " FROM payment_request WHERE person_id = $1 AND payment_id = $2",
             DB_ARGS(db_of_int(request->person_id), db_of_int(request->payment_id)), &rows));
  read_request(&rows, arena, request);
  return OK;
}

static result find_by_reference(struct db_tx *tx, struct arena *arena, struct slice reference,
                                struct payment_outcome *outcome) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id, payment_id FROM payment_reference WHERE reference = $1",
               DB_ARGS(db_of_text(reference)), &rows));
  outcome->unknown = !db_rows_next(&rows);
  TRY(rows.status);
  if (outcome->unknown) {
    return OK;
  }
  outcome->request.person_id = db_int(&rows, 0);
  outcome->request.payment_id = db_int(&rows, 1);
  return load_by_id(tx, arena, &outcome->request);
}

/* Splits the money between the fee and a refund, and says why the refund is due. */
static struct slice book_amount(struct env *env, int64_t amount, struct payment_outcome *outcome) {
  struct payment_request *request = &outcome->request;
  if (outcome->unknown) {
    outcome->refund = amount;
    return S("unknown_reference");
  }
  if (request->state != PAYMENT_DUE) {
    outcome->refund = amount;
    return request->state == PAYMENT_SETTLED ? S("second_payment") : S("closed");
  }
  int64_t rest = request->amount - request->paid;
  int64_t used = amount < rest ? amount : rest;
  request->paid += used;
  outcome->refund = amount - used;
  if (request->paid == request->amount) {
    request->state = PAYMENT_SETTLED;
    request->settled_at_ms = clock_now_ms(env->clock);
    outcome->settled_now = true;
  }
  return S("excess");
}

static result store_booking(struct env *env, struct db_tx *tx, const struct payment_notification *n,
                            struct slice reference, const struct payment_outcome *outcome) {
  const struct payment_request *request = &outcome->request;
  TRY(db_run(tx,
             "INSERT INTO payment_received (transaction_id, person_id, payment_id, reference, amount, refund, paid_at, "
             "received_at)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
             DB_ARGS(db_of_text(n->transaction_id), db_of_int(request->person_id), db_of_int(request->payment_id),
                     db_of_text(reference), db_of_int(n->amount), db_of_int(outcome->refund), db_of_int(n->paid_at_ms),
                     db_of_int(clock_now_ms(env->clock))),
             NULL));
  if (outcome->unknown) {
    return OK;
  }
  return db_run(
      tx, "UPDATE payment_request SET paid = $3, state = $4, settled_at = $5 WHERE person_id = $1 AND payment_id = $2",
      DB_ARGS(db_of_int(request->person_id), db_of_int(request->payment_id), db_of_int(request->paid),
              db_of_int(request->state), db_of_int_or_null(request->settled_at_ms)),
      NULL);
}

result payment_apply(struct env *env, struct db_tx *tx, struct arena *arena,
                     const struct payment_notification *notification, struct payment_outcome *ret_outcome) {
  if (notification->amount < 1 || notification->amount > AMOUNT_MAX) {
    FAIL(PAYMENT_AMOUNT, "amount out of range");
  }
  if (!is_transaction_id(notification->transaction_id)) {
    FAIL(PAYMENT_TRANSACTION, "not a transaction id");
  }
  struct payment_outcome outcome = {0};
  struct slice reference = reference_in(arena, notification->reference);
  bool repeated = false;
  TRY(find_repeated(tx, notification, reference, &outcome, &repeated));
  if (repeated) {
    TRY(outcome.unknown ? OK : load_by_id(tx, arena, &outcome.request));
    *ret_outcome = outcome;
    return OK;
  }
  TRY(find_by_reference(tx, arena, reference, &outcome));
  struct slice reason = book_amount(env, notification->amount, &outcome);
  TRY(store_booking(env, tx, notification, reference, &outcome));
  if (outcome.refund > 0) {
    struct payment_refund refund = {.person_id = outcome.request.person_id,
                                    .dossier_code = outcome.request.dossier_code,
                                    .transaction_id = notification->transaction_id,
                                    .amount = outcome.refund,
                                    .reason = reason};
    TRY(refund_add(env, tx, &refund));
  }
  TRY(append_ledger(
      env, tx, outcome.unknown ? "payment.unmatched" : "payment.received", outcome.request.person_id,
      arena_printf(arena, "{\"transaction\":\"%.*s\",\"amount\":%lld,\"refund\":%lld,\"dossier\":\"%.*s\"}",
                   SLICE_ARG(notification->transaction_id), (long long)notification->amount, (long long)outcome.refund,
                   SLICE_ARG(outcome.request.dossier_code))));
  *ret_outcome = outcome;
  return OK;
}

result payment_refund_due(struct db_tx *tx, int64_t person_id, struct slice dossier_code, int64_t *ret_amount) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment_refund WHERE person_id = $1 AND dossier_code = $2",
             DB_ARGS(db_of_int(person_id), db_of_text(dossier_code)), &rows));
  *ret_amount = db_int(&rows, 0);
  return OK;
}
