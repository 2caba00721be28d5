/* The caller's own record: what the registers hold, what they did themselves. Who read it: reads.c. */
#include "api/cursor.h"
#include "api/people.h"
#include "api/resources.h"

enum { EVENTS_MAX = 50 };

static void put_date_or_null(struct jout *out, const char *name, int32_t date) {
  if (date == 0 || date == REGISTER_OPEN) {
    jout_put_null(out, name);
  } else {
    jout_put_date(out, name, date);
  }
}

static result put_residence(struct api_call *call, struct db_tx *tx, const char *name,
                            enum register_residence_kind kind) {
  struct register_residence residence;
  result found = register_residence_find(
      tx, call->arena, &(struct register_residence_key){call->session.person_id, kind, api_today(call)}, &residence);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    jout_put_null(&call->out, name);
    return OK;
  }
  TRY(found);
  jout_put_text(&call->out, name, register_residence_write(call->arena, &residence, api_today(call)));
  return OK;
}

static void put_relative(struct jout *out, const char *name, const struct register_relation_list *list,
                         enum register_relation_kind kind) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i].kind == kind) {
      jout_put_object(out, name);
      jout_put_text(out, "name", list->items[i].name);
      put_date_or_null(out, "birth_date", list->items[i].birth.year ? register_birth_date(list->items[i].birth) : 0);
      jout_object_end(out);
      return;
    }
  }
  jout_put_null(out, name);
}

static void put_person(struct api_call *call, const struct register_person *p) {
  struct jout *out = &call->out;
  jout_put_text(out, "name", p->name);
  jout_put_text_or_null(out, "other_name", p->other_name);
  jout_put_text(out, "pin", p->pin);
  jout_put_str(out, "sex", p->sex == REGISTER_MALE ? "male" : "female");
  api_put_birth(out, "birth_date", p->birth);
  jout_put_text_or_null(out, "birth_place", p->birth_place);
  jout_put_text(out, "nationality", p->nationality);
  jout_put_str(out, "ethnicity", register_ethnic_name(p->ethnic));
  if (p->card_number.len == 0) {
    jout_put_null(out, "card");
  } else {
    jout_put_object(out, "card");
    jout_put_text(out, "number", p->card_number);
    put_date_or_null(out, "issued_on", p->card_issued);
    put_date_or_null(out, "expires_on", p->card_expires);
    jout_object_end(out);
  }
  struct slice mobile = p->mobile;
  struct slice masked =
      mobile.len < 4 ? S("") : arena_printf(call->arena, "*******%.*s", SLICE_ARG(slice_from(mobile, mobile.len - 3)));
  jout_put_text_or_null(out, "phone_masked", masked);
  jout_put_int(out, "level", call->session.level);
}

static void put_categories(struct api_call *call, const struct register_category_list *list) {
  struct jout *out = &call->out;
  int32_t since = 0;
  jout_put_list(out, "categories");
  for (size_t i = 0; i < list->count; i++) {
    const char *code = register_category_name(list->items[i].category);
    if (list->items[i].category == REGISTER_CATEGORY_DIGITAL_CITIZEN) {
      since = list->items[i].from;
    }
    jout_object(out);
    jout_put_str(out, "code", code);
    api_put_word(call, "name", api_categories, slice_str(code));
    jout_object_end(out);
  }
  jout_list_end(out);
  put_date_or_null(out, "digital_citizen_since", since);
}

result api_me_read(struct api_call *call) {
  struct register_person person;
  struct register_relation_list relations;
  struct register_category_list categories;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(register_person_load(tx, call->arena, call->session.person_id, &person));
  TRY(register_relations_load(tx, call->arena, call->session.person_id, api_today(call), &relations));
  TRY(register_categories_load(tx, call->arena, call->session.person_id, api_today(call), &categories));
  struct jout *out = api_begin(call);
  jout_object(out);
  put_person(call, &person);
  TRY(put_residence(call, tx, "permanent_residence", REGISTER_PERMANENT));
  TRY(put_residence(call, tx, "temporary_residence", REGISTER_TEMPORARY));
  put_relative(out, "father", &relations, REGISTER_FATHER);
  put_relative(out, "mother", &relations, REGISTER_MOTHER);
  put_relative(out, "spouse", &relations, REGISTER_SPOUSE);
  put_categories(call, &categories);
  jout_object_end(out);
  db_read_end(&tx); /* others may read while the line becomes durable */
  const struct account_event event = {
      .person_id = call->session.person_id, .session_id = call->session.session_id, .kind = S("record_viewed")};
  TRY(account_history_record(call->env, &event));
  api_send(call, 200);
  return OK;
}

result api_me_history(struct api_call *call) {
  struct account_event *events = NULL;
  size_t count = 0;
  struct api_cursor cursor;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(api_cursor_read(call, 1, EVENTS_MAX, &cursor));
  TRY(db_read_begin(call->env->db, &tx));
  const struct account_history_query query = {
      .person_id = call->session.person_id, .before_id = cursor.keys[0], .limit = (int)cursor.limit + 1};
  TRY(account_history_list(tx, &query, call->arena, &events, &count));
  bool has_more = count > cursor.limit;
  count -= has_more;
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < count; i++) {
    jout_object(out);
    jout_put_instant(out, "at", events[i].at_ms);
    jout_put_text(out, "event", events[i].kind);
    jout_put_text_or_null(out, "detail", events[i].detail);
    jout_put_bool(out, "current", events[i].session_id != 0 && events[i].session_id == call->session.session_id);
    jout_object_end(out);
  }
  jout_list_end(out);
  api_cursor_put(call, has_more ? &events[count - 1].event_id : NULL, 1);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
