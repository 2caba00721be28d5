#include "mandate/row.h"

/* Past its last day, or offered and never accepted: no move, it just reads so. */
static enum mandate_state state_now(const struct mandate *mandate, int64_t now_ms) {
  bool is_open = mandate->state == MANDATE_OFFERED || mandate->state == MANDATE_ACTIVE;
  int32_t today = clock_date_of(now_ms);
  bool is_late = mandate->state == MANDATE_OFFERED && now_ms >= mandate->given_at_ms + MANDATE_OFFER_DAYS * CLOCK_DAY_MS;
  return is_open && (today > mandate->to || is_late) ? MANDATE_EXPIRED : mandate->state;
}

struct mandate mandate_row_read(const struct db_rows *rows, struct arena *arena, int64_t now_ms) {
  struct mandate mandate = {
      .actor_id = db_int(rows, 0),
      .mandate_id = db_int(rows, 1),
      .kind = (enum mandate_kind)db_int(rows, 2),
      .state = (enum mandate_state)db_int(rows, 3),
      .principal_id = db_int(rows, 4),
      .organisation_id = db_int(rows, 5),
      .role = db_text_copy(rows, 6, arena),
      .scopes = db_text_copy(rows, 7, arena),
      .from = (int32_t)db_int(rows, 8),
      .to = (int32_t)db_int(rows, 9),
      .given_at_ms = db_int(rows, 10),
      .given_by = db_int(rows, 11),
      .accepted_at_ms = db_int(rows, 12),
      .accepted_by = db_int(rows, 13),
      .ended_at_ms = db_int(rows, 14),
      .ended_by = db_int(rows, 15),
      .end_reason = db_text_copy(rows, 16, arena),
      .document_office = db_text_copy(rows, 17, arena),
      .document_number = db_text_copy(rows, 18, arena),
      .document_date = (int32_t)db_int(rows, 19),
      .agency = db_text_copy(rows, 20, arena),
  };
  mandate.state = state_now(&mandate, now_ms);
  return mandate;
}

result mandate_rows_take(struct db_rows *rows, struct arena *arena, int64_t now_ms, struct mandate_list *ret_list) {
  struct mandate *items = ARENA_ARRAY(arena, struct mandate, MANDATE_LISTED_MAX);
  size_t count = 0;
  while (count < MANDATE_LISTED_MAX && db_rows_next(rows)) {
    items[count++] = mandate_row_read(rows, arena, now_ms);
  }
  TRY(rows->status);
  *ret_list = (struct mandate_list){items, count};
  return OK;
}

result mandate_row_load(struct db_tx *tx, int64_t mandate_id, struct arena *arena, int64_t now_ms, struct mandate *ret_mandate) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " MANDATE_COLUMNS " FROM mandate m WHERE m.mandate_id = $1", DB_ARGS(db_of_int(mandate_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(MANDATE_UNKNOWN, "no such mandate");
  }
  *ret_mandate = mandate_row_read(&rows, arena, now_ms);
  return OK;
}

result mandate_load(struct env *env, struct db_tx *tx, int64_t mandate_id, struct arena *arena, struct mandate *ret_mandate) {
  return mandate_row_load(tx, mandate_id, arena, clock_now_ms(env->clock), ret_mandate);
}

static bool has_guardian(const struct register_relation_list *relations) {
  for (size_t i = 0; i < relations->count; i++) {
    if (relations->items[i].kind == REGISTER_GUARDIAN) {
      return true;
    }
  }
  return false;
}

result mandate_is_fit(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_fit) {
  struct register_person person;
  struct register_relation_list relations;
  TRY(register_person_load(tx, arena, person_id, &person));
  TRY(register_carers_load(tx, arena, person_id, on, &relations));
  *ret_fit = person.life == REGISTER_ALIVE && register_person_age(&person, on) >= MANDATE_ADULT_FROM && !has_guardian(&relations);
  return OK;
}

result mandate_is_able(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_able) {
  struct account account;
  TRY(mandate_is_fit(tx, arena, person_id, on, ret_able));
  if (*ret_able) {
    TRY(account_load(tx, person_id, &account));
    *ret_able = account.state == ACCOUNT_ACTIVE && account.level == 2;
  }
  return OK;
}
