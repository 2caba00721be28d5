/* Where and since when a channel is open: declared dates, and the provincial chairmen's decisions. */
#include "codec/jout.h"
#include "ledger/ledger.h"
#include "procedure/engine.h"
#include "register/register.h"

enum { DECISION_NUMBER_BYTES_MAX = 100 };

static result find_channel(struct procedure_engine *engine, const struct procedure_channel_place *place,
                           const struct procedure_channel_type **ret_channel) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, place->procedure, &loaded));
  if (slice_empty(procedure_channel_name(place->channel)) ||
      !loaded->rule->declaration.channels[place->channel].declared) {
    FAIL(PROCEDURE_INPUT, "channel: the procedure has none of that name");
  }
  *ret_channel = &loaded->rule->declaration.channels[place->channel];
  return OK;
}

static const struct procedure_province_start *find_declared(const struct procedure_channel_type *channel,
                                                            struct slice province) {
  for (size_t i = 0; i < channel->province_count; i++) {
    if (slice_eq(channel->provinces[i].province, province)) {
      return &channel->provinces[i];
    }
  }
  return NULL;
}

struct recording {
  struct env *env;
  const struct procedure_channel_decision *decision;
};

static result record(struct db_tx *tx, void *arg) {
  const struct recording *recording = arg;
  const struct procedure_channel_decision *decision = recording->decision;
  const struct procedure_channel_place *place = &decision->place;
  int64_t changed = 0;
  TRY(db_run(
      tx,
      "INSERT INTO procedure_channel_start (procedure_name, channel, province, start_date, decision_number, "
      "infrastructure, technology,"
      " security, information_safety, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
      " ON CONFLICT (procedure_name, channel, province) DO NOTHING",
      DB_ARGS(db_of_text(place->procedure), db_of_int(place->channel), db_of_text(place->province),
              db_of_int(decision->start), db_of_text(decision->decision_number), db_of_int(decision->infrastructure),
              db_of_int(decision->technology), db_of_int(decision->security), db_of_int(decision->information_safety),
              db_of_int(clock_now_ms(recording->env->clock))),
      &changed));
  if (changed == 0) {
    FAIL(PROCEDURE_CHANNEL_DECIDED, "%.*s: a start is decided already", SLICE_ARG(place->province));
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf buf;
  struct jout out;
  buf_init(&buf, &arena, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "procedure", place->procedure);
  jout_put_text(&out, "channel", procedure_channel_name(place->channel));
  jout_put_text(&out, "province", place->province);
  jout_put_date(&out, "start", decision->start);
  jout_object_end(&out);
  struct ledger_entry entry = {
      .kind = "procedure.channel_start_decided",
      .actor_person_id = decision->actor_person_id,
      .legal_basis = decision->decision_number,
      .detail = buf_slice(&buf),
  };
  return ledger_append(recording->env, tx, &entry);
}

result procedure_channel_decide(struct env *env, struct procedure_engine *engine,
                                const struct procedure_channel_decision *decision) {
  const struct procedure_channel_type *channel = NULL;
  TRY(find_channel(engine, &decision->place, &channel));
  if (!register_province_find(decision->place.province, decision->start)) {
    FAIL(PROCEDURE_INPUT, "province: none of that code on that date");
  }
  if (find_declared(channel, decision->place.province)) {
    FAIL(PROCEDURE_CHANNEL_DECIDED, "%.*s: a pilot province", SLICE_ARG(decision->place.province));
  }
  if (decision->start < channel->decision_from || decision->start > channel->decision_to) {
    FAIL(PROCEDURE_CHANNEL_DATE, "outside the dates a chairman may decide");
  }
  bool ready = decision->infrastructure && decision->technology && decision->security && decision->information_safety;
  if (!ready || slice_empty(decision->decision_number) || decision->decision_number.len > DECISION_NUMBER_BYTES_MAX) {
    FAIL(PROCEDURE_CHANNEL_READINESS, "%s", ready ? "no decision number" : "a readiness head is not accepted");
  }
  return db_write(env->db, record, &(struct recording){env, decision});
}

result procedure_channel_start(struct procedure_engine *engine, struct db_tx *tx,
                               const struct procedure_channel_place *place, int32_t *ret_start) {
  const struct procedure_channel_type *channel = NULL;
  TRY(find_channel(engine, place, &channel));
  const struct procedure_province_start *declared = find_declared(channel, place->province);
  if (declared || channel->decision_to == 0) {
    *ret_start = declared ? declared->start : channel->starts;
    return OK;
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(
      tx, "SELECT start_date FROM procedure_channel_start WHERE procedure_name = $1 AND channel = $2 AND province = $3",
      DB_ARGS(db_of_text(place->procedure), db_of_int(place->channel), db_of_text(place->province)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    *ret_start = channel->starts;
    return OK;
  }
  TRY(found);
  *ret_start = (int32_t)db_int(&rows, 0);
  return OK;
}

result procedure_channel_is_open(struct procedure_engine *engine, struct db_tx *tx,
                                 const struct procedure_channel_place *place, int32_t on, bool *ret_open) {
  int32_t start = 0;
  TRY(procedure_channel_start(engine, tx, place, &start));
  *ret_open = start <= on;
  return OK;
}
