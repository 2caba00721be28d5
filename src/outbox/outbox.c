#include "outbox/deliver.h"

const struct db_migration outbox_migrations[] = {
    {"outbox", 1,
     "CREATE TABLE outbox ("
     "  person_id id/public NOT NULL, outbox_id id/public NOT NULL, destination text/public NOT NULL, kind text/public "
     "NOT NULL,"
     "  reference text/personal NOT NULL, payload text/personal NOT NULL, document_sha256 bytes/personal,"
     "  state int/public NOT NULL, attempts int/public NOT NULL, created_at time/public NOT NULL, next_attempt_at "
     "time/public NOT NULL,"
     "  acknowledged_at time/public NOT NULL, last_error text/public NOT NULL, acknowledgement bytes/personal,"
     "  PRIMARY KEY (person_id, outbox_id));"
     "CREATE INDEX outbox_due ON outbox (destination, next_attempt_at) WHERE state = 1;"
     "CREATE INDEX outbox_reference ON outbox (person_id, reference);"},
    {"outbox", 2, "ALTER TABLE outbox ADD COLUMN trace text/public"},
    {0},
};

#define ITEM_COLUMNS                                                                                           \
  "person_id, outbox_id, destination, kind, reference, payload, document_sha256, state, attempts, created_at," \
  " next_attempt_at, acknowledged_at, last_error, trace"

enum {
  RETRY_FIRST_MS = 1000,
  RETRY_MAX_MS = 300 * 1000,
  LISTED_MAX = 64,
  ROUND_MAX = 128,
  MEMBERS_MAX = 256, /* of a family in one round */
  FLUSH_COUNT = 64, /* outcomes in one write: each write waits for the disk once */
  FLUSH_MS = 50,    /* ... but what a slow receiver has acknowledged is not kept back for the rest */
};

static struct slice write_trace(struct arena *arena) {
  const struct trace *trace = trace_current();
  if (!trace_is_set(trace)) {
    return (struct slice){0};
  }
  return arena_printf(arena, "%.*s %.*s", SLICE_ARG(trace_write(arena, trace)), SLICE_ARG(trace->state));
}

static void follow_trace(struct env *env, struct slice kept) {
  struct trace trace = {.is_sampled = false};
  struct slice rest = kept;
  if (trace_parse(slice_cut(&rest, ' '), &trace)) {
    trace.state = trace_state_check(rest);
    trace.sink = trace_sink_open(env->spans);
    trace_current_set(&trace);
  }
}

result outbox_add(struct env *env, struct db_tx *tx, struct outbox_item *item) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  item->outbox_id = env_id_new(env);
  item->state = OUTBOX_PENDING;
  item->created_at_ms = clock_now_ms(env->clock);
  item->next_attempt_at_ms = item->created_at_ms;
  return db_run(tx,
                "INSERT INTO outbox (person_id, outbox_id, destination, kind, reference, payload, document_sha256, "
                "state, attempts,"
                " created_at, next_attempt_at, acknowledged_at, last_error, trace) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 0, "
                "$8, $8, 0, '', $9)",
                DB_ARGS(db_of_int(item->person_id), db_of_int(item->outbox_id), db_of_text(item->destination),
                        db_of_text(item->kind), db_of_text(item->reference), db_of_text(item->payload),
                        slice_empty(item->document_sha256) ? db_of_null() : db_of_bytes(item->document_sha256),
                        db_of_int(item->created_at_ms), db_of_text_or_null(write_trace(&arena))),
                NULL);
}

result outbox_retry_now(struct env *env, struct db_tx *tx, int64_t person_id, struct slice reference) {
  return db_run(tx, "UPDATE outbox SET next_attempt_at = $3 WHERE person_id = $1 AND reference = $2 AND state = 1",
                DB_ARGS(db_of_int(person_id), db_of_text(reference), db_of_int(clock_now_ms(env->clock))), NULL);
}

static void read_item(const struct db_rows *rows, struct arena *arena, struct outbox_item *ret_item) {
  *ret_item = (struct outbox_item){
      .person_id = db_int(rows, 0),
      .outbox_id = db_int(rows, 1),
      .destination = db_text_copy(rows, 2, arena),
      .kind = db_text_copy(rows, 3, arena),
      .reference = db_text_copy(rows, 4, arena),
      .payload = db_text_copy(rows, 5, arena),
      .document_sha256 = db_bytes_copy(rows, 6, arena),
      .state = (enum outbox_state)db_int(rows, 7),
      .attempts = (int32_t)db_int(rows, 8),
      .created_at_ms = db_int(rows, 9),
      .next_attempt_at_ms = db_int(rows, 10),
      .acknowledged_at_ms = db_int(rows, 11),
      .last_error = db_text_copy(rows, 12, arena),
      .trace = db_is_null(rows, 13) ? S("") : db_text_copy(rows, 13, arena),
  };
}

static result read_items(struct db_rows *rows, struct arena *arena, size_t max, struct outbox_item_list *ret_list) {
  struct outbox_item *items = ARENA_ARRAY(arena, struct outbox_item, max);
  size_t count = 0;
  while (count < max && db_rows_next(rows)) {
    read_item(rows, arena, &items[count++]);
  }
  TRY(rows->status);
  *ret_list = (struct outbox_item_list){items, count};
  return OK;
}

result outbox_of_reference(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice reference,
                           struct outbox_item_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx, "SELECT " ITEM_COLUMNS " FROM outbox WHERE person_id = $1 AND reference = $2 ORDER BY outbox_id LIMIT 64",
      DB_ARGS(db_of_int(person_id), db_of_text(reference)), &rows));
  return read_items(&rows, arena, LISTED_MAX, ret_list);
}

bool outbox_is_to(const struct outbox_item *item, struct slice name) {
  return slice_eq(item->destination, name) ||
         (slice_starts(item->destination, name) && item->destination.len > name.len && item->destination.ptr[name.len] == '/');
}

/* ---- delivering ---- */

static struct slice error_word(result failed) {
  switch (failed.code) {
    case OUTBOX_REFUSED:
      return S("refused");
    case OUTBOX_ACK_INVALID:
      return S("acknowledgement_invalid");
    default:
      return S("unreachable");
  }
}

/* 1 s, doubling to 5 min, and up to a fifth more so that a receiver coming back is not met by all at once. */
static int64_t retry_after_ms(struct env *env, int32_t attempts) {
  int64_t wait = RETRY_FIRST_MS;
  for (int32_t i = 0; i < attempts && wait < RETRY_MAX_MS; i++) {
    wait *= 2;
  }
  wait = wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
  return wait + (int64_t)random_below(env->random, (uint64_t)wait / 5 + 1);
}

struct attempt {
  struct env *env;
  struct arena *arena;
  const struct outbox_options *options;
  const struct outbox_destination *destination;
  struct outbox_item *item;
  result outcome;
  struct slice acknowledgement;
};

static result store_acknowledged(const struct attempt *a, struct db_tx *tx) {
  int64_t now_ms = clock_now_ms(a->env->clock);
  int64_t changed = 0;
  TRY(db_run(tx,
             "UPDATE outbox SET state = 2, attempts = attempts + 1, acknowledged_at = $3, acknowledgement = $4, "
             "last_error = ''"
             " WHERE person_id = $1 AND outbox_id = $2 AND state = 1",
             DB_ARGS(db_of_int(a->item->person_id), db_of_int(a->item->outbox_id), db_of_int(now_ms),
                     db_of_bytes(a->acknowledgement)),
             &changed));
  if (changed == 0) {
    return OK; /* another runner was first */
  }
  if (a->destination->keep != NULL) {
    TRY(a->destination->keep(a->env, tx, a->item, a->arena));
  }
  struct ledger_entry entry = {.kind = "outbox.acknowledged",
                               .subjects = &a->item->person_id,
                               .subject_count = 1,
                               .legal_basis = a->item->destination,
                               .detail = arena_printf(a->arena, "{\"reference\":\"%.*s\",\"destination\":\"%.*s\"}",
                                                      SLICE_ARG(a->item->reference), SLICE_ARG(a->item->destination))};
  TRY(ledger_append(a->env, tx, &entry));
  return a->options->acknowledged ? a->options->acknowledged(a->env, tx, a->arena, a->item) : OK;
}

/* Who does not answer one does not answer the next: a member's other rows wait for this one's next try. */
static result defer_others(const struct attempt *a, struct db_tx *tx, int64_t until_ms) {
  return db_run(tx, "UPDATE outbox SET next_attempt_at = $2 WHERE state = 1 AND destination = $1 AND next_attempt_at <= $3",
                DB_ARGS(db_of_text(a->item->destination), db_of_int(until_ms), db_of_int(clock_now_ms(a->env->clock))), NULL);
}

static bool leaves_others_waiting(const struct attempt *a) {
  return a->destination->family_lanes > 0 && is_code(a->outcome, OUTBOX_UNREACHABLE);
}

static result store_outcome(struct db_tx *tx, void *arg) {
  const struct attempt *a = arg;
  if (is_ok(a->outcome)) {
    return store_acknowledged(a, tx);
  }
  int64_t next_ms = clock_now_ms(a->env->clock) + retry_after_ms(a->env, a->item->attempts);
  TRY(db_run(tx,
             "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $3, last_error = $4"
             " WHERE person_id = $1 AND outbox_id = $2 AND state = 1",
             DB_ARGS(db_of_int(a->item->person_id), db_of_int(a->item->outbox_id), db_of_int(next_ms), db_of_text(error_word(a->outcome))), NULL));
  return leaves_others_waiting(a) ? defer_others(a, tx, next_ms) : OK;
}

static result load_due(struct env *env, struct slice destination, struct arena *arena,
                       struct outbox_item_list *ret_list) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx,
               "SELECT " ITEM_COLUMNS " FROM outbox WHERE state = 1 AND destination = $1 AND next_attempt_at <= $2"
               " ORDER BY next_attempt_at LIMIT 128",
               DB_ARGS(db_of_text(destination), db_of_int(clock_now_ms(env->clock))), &rows));
  return read_items(&rows, arena, ROUND_MAX, ret_list);
}

static result count_pending(struct env *env, int64_t *ret_left) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_row(tx, "SELECT COUNT(*) FROM outbox WHERE state = 1", DB_NO_ARGS, &rows));
  *ret_left = db_int(&rows, 0);
  return OK;
}

struct attempts {
  struct attempt items[FLUSH_COUNT];
  size_t count;
  int64_t first_at_us; /* when the first of them was made */
};

static result store_outcomes(struct db_tx *tx, void *arg) {
  struct attempts *attempts = arg;
  for (size_t i = 0; i < attempts->count; i++) {
    TRY(store_outcome(tx, &attempts->items[i]));
  }
  return OK;
}

/* Keeping failed: as with a receiver that does not answer, the row waits for its next turn. */
static result store_one(struct env *env, struct attempt *attempt) {
  result stored = db_write(env->db, store_outcome, attempt);
  if (is_ok(stored) || attempt->destination->keep == NULL || !is_ok(attempt->outcome)) {
    return stored;
  }
  attempt->outcome = stored;
  return db_write(env->db, store_outcome, attempt);
}

/* Together; when that fails one by one, so that one bad row does not hold up the others. */
static result flush(struct env *env, struct attempts *attempts) {
  size_t count = attempts->count;
  if (count == 0 || is_ok(db_write(env->db, store_outcomes, attempts))) {
    attempts->count = 0;
    return OK;
  }
  attempts->count = 0;
  for (size_t i = 0; i < count; i++) {
    TRY(store_one(env, &attempts->items[i]));
  }
  return OK;
}

static result attempt_all(struct attempts *attempts, const struct attempt *form, const struct outbox_item_list *due) {
  const struct outbox_destination *destination = form->destination;
  for (size_t i = 0; i < due->count; i++) {
    struct attempt *attempt = &attempts->items[attempts->count];
    *attempt = *form;
    attempt->item = &due->items[i];
    follow_trace(form->env, attempt->item->trace);
    attempt->outcome = destination->keep != NULL ? OK
                                                 : destination->deliver(form->env, destination->context, attempt->item,
                                                                        form->arena, &attempt->acknowledgement);
    trace_current_set(NULL);
    attempts->first_at_us = attempts->count == 0 ? clock_monotonic_us() : attempts->first_at_us;
    attempts->count++;
    if (leaves_others_waiting(attempt)) {
      break;
    }
    if (attempts->count == FLUSH_COUNT || clock_monotonic_us() - attempts->first_at_us > FLUSH_MS * 1000) {
      TRY(flush(form->env, attempts));
    }
  }
  return flush(form->env, attempts);
}

result outbox_deliver_to(struct env *env, const struct outbox_options *options, const struct outbox_receiver *receiver) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct attempt form = {
      .env = env, .arena = &arena, .options = options, .destination = receiver->destination, .acknowledgement = S("")};
  struct outbox_item_list due;
  do {
    arena_reset(&arena);
    struct attempts *attempts = ARENA_NEW(&arena, struct attempts);
    TRY(load_due(env, receiver->name, &arena, &due));
    TRY(attempt_all(attempts, &form, &due));
  } while (due.count == ROUND_MAX);
  return OK;
}

result outbox_receivers_due(struct env *env, const struct outbox_destination *destination, struct arena *arena,
                            struct outbox_receiver_list *ret_list) {
  if (destination->family_lanes == 0) {
    struct outbox_receiver *itself = ARENA_NEW(arena, struct outbox_receiver);
    *itself = (struct outbox_receiver){destination, destination->name};
    *ret_list = (struct outbox_receiver_list){itself, 1};
    return OK;
  }
  struct outbox_receiver_list list = {ARENA_ARRAY(arena, struct outbox_receiver, MEMBERS_MAX), 0};
  struct slice behind = arena_printf(arena, "%.*s%c", SLICE_ARG(destination->name), '/' + 1); /* every "family/..." sorts before it */
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx,
               "SELECT DISTINCT destination FROM outbox WHERE state = 1 AND destination >= $1 AND destination < $2 AND next_attempt_at <= $3"
               " ORDER BY destination LIMIT 256",
               DB_ARGS(db_of_text(destination->name), db_of_text(behind), db_of_int(clock_now_ms(env->clock))), &rows));
  while (list.count < MEMBERS_MAX && db_rows_next(&rows)) {
    list.items[list.count++] = (struct outbox_receiver){destination, db_text_copy(&rows, 0, arena)};
  }
  TRY(rows.status);
  *ret_list = list;
  return OK;
}

static result deliver_to_all(struct env *env, const struct outbox_options *options, const struct outbox_destination *destination) {
  struct arena arena CLEANUP(arena_free);
  struct outbox_receiver_list receivers;
  arena_init(&arena);
  TRY(outbox_receivers_due(env, destination, &arena, &receivers));
  for (size_t i = 0; i < receivers.count; i++) {
    TRY(outbox_deliver_to(env, options, &receivers.items[i]));
  }
  return OK;
}

result outbox_deliver_due(struct env *env, const struct outbox_options *options, int64_t *ret_left) {
  for (size_t i = 0; i < options->destination_count; i++) {
    TRY(deliver_to_all(env, options, &options->destinations[i]));
  }
  return count_pending(env, ret_left);
}

result outbox_backlog(struct db_tx *tx, struct arena *arena, struct outbox_backlog ret_backlog[OUTBOX_BACKLOG_MAX], size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  size_t count = 0;
  TRY(db_query(tx, "SELECT destination, COUNT(*), MIN(created_at) FROM outbox WHERE state = 1 GROUP BY destination ORDER BY destination", DB_NO_ARGS, &rows));
  while (count < OUTBOX_BACKLOG_MAX && db_rows_next(&rows)) {
    ret_backlog[count++] = (struct outbox_backlog){db_text_copy(&rows, 0, arena), db_int(&rows, 1), db_int(&rows, 2)};
  }
  TRY(rows.status);
  *ret_count = count;
  return OK;
}
