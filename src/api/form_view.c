#include "api/form_view.h"

struct filling {
  struct api_call *call;
  struct db_tx *tx;
  const struct form_view *view;
  const struct jin *answers; /* NULL: none yet */
  int32_t today;
  struct register_relation_list family; /* loaded when first asked for */
  bool has_family;
};

static const struct register_relation_list *family_of(struct filling *f) {
  if (!f->has_family) {
    f->has_family = true;
    if (!is_ok(register_relations_load(f->tx, f->call->arena, f->view->person->person_id, f->today, &f->family))) {
      f->family = (struct register_relation_list){0};
    }
  }
  return &f->family;
}

static struct slice residence(struct filling *f, enum register_residence_kind kind) {
  struct register_residence found;
  if (!is_ok(register_residence_find(f->tx, f->call->arena,
                                     &(struct register_residence_key){f->view->person->person_id, kind, f->today},
                                     &found))) {
    return (struct slice){0};
  }
  return register_residence_write(f->call->arena, &found, f->today);
}

/* "Nguyễn Văn A (1960); Trần Thị B (1962)" */
static struct slice relatives(struct filling *f, enum register_relation_kind first, enum register_relation_kind last) {
  const struct register_relation_list *list = family_of(f);
  struct slice text = {0};
  for (size_t i = 0; i < list->count; i++) {
    const struct register_relation *relation = &list->items[i];
    if (relation->kind < first || relation->kind > last) {
      continue;
    }
    struct slice born = relation->birth.year ? arena_printf(f->call->arena, " (%d)", relation->birth.year) : S("");
    text = arena_printf(f->call->arena, "%.*s%s%.*s%.*s", SLICE_ARG(text), text.len ? "; " : "",
                        SLICE_ARG(relation->name), SLICE_ARG(born));
  }
  return text;
}

static struct slice identity_document(struct filling *f) {
  const struct register_person *p = f->view->person;
  if (p->card_number.len == 0) {
    return arena_printf(f->call->arena, "Số định danh cá nhân %.*s", SLICE_ARG(p->pin));
  }
  return arena_printf(f->call->arena, "Căn cước số %.*s, cấp ngày %.*s", SLICE_ARG(p->card_number),
                      SLICE_ARG(clock_date_write_vi(f->call->arena, p->card_issued)));
}

/* What a register fills in, as printed; empty when it has nothing. */
static struct slice register_value(struct filling *f, struct slice id) {
  const struct register_person *p = f->view->person;
  if (slice_is(id, "full_name")) {
    return p->name;
  }
  if (slice_is(id, "other_name")) {
    return p->other_name;
  }
  if (slice_is(id, "sex")) {
    return p->sex == REGISTER_MALE ? S("Nam") : S("Nữ");
  }
  if (slice_is(id, "birth_date")) {
    return register_birth_write_vi(f->call->arena, p->birth);
  }
  if (slice_is(id, "birthplace")) {
    return p->birth_place;
  }
  if (slice_is(id, "nationality")) {
    return slice_is(p->nationality, "VN") ? S("Việt Nam") : p->nationality;
  }
  if (slice_is(id, "ethnicity")) {
    return slice_str(register_ethnic_name(p->ethnic));
  }
  if (slice_is(id, "permanent_residence")) {
    return residence(f, REGISTER_PERMANENT);
  }
  if (slice_is(id, "temporary_residence")) {
    return residence(f, REGISTER_TEMPORARY);
  }
  if (slice_is(id, "identity_document")) {
    return identity_document(f);
  }
  if (slice_is(id, "parents")) {
    return relatives(f, REGISTER_FATHER, REGISTER_MOTHER);
  }
  return slice_is(id, "spouse") ? relatives(f, REGISTER_SPOUSE, REGISTER_SPOUSE) : (struct slice){0};
}

/* "2018-09" as people write it; the last month of what still goes on is "nay". */
static struct slice month_text(struct arena *arena, const struct jin *value) {
  if (value == NULL || value->type != JIN_TEXT || value->text.len != sizeof "YYYY-MM" - 1) {
    return S("nay");
  }
  struct slice year = {value->text.ptr, 4};
  struct slice month = {value->text.ptr + 5, 2};
  return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(month), SLICE_ARG(year));
}

static struct slice cell_text(const struct jin *row, const char *name) {
  const struct jin *value = jin_find(row, name);
  return value != NULL && value->type == JIN_TEXT ? value->text : S("");
}

/* A history of residence and work as lines of text. */
static struct slice history_text(struct arena *arena, const struct jin *rows) {
  struct buf text;
  buf_init(&text, arena, 256);
  for (size_t i = 0; i < rows->count; i++) {
    const struct jin *row = &rows->items[i];
    struct slice from = month_text(arena, jin_find(row, "from"));
    struct slice to = month_text(arena, jin_find(row, "to"));
    struct slice work = cell_text(row, "work");
    struct slice place = cell_text(row, "place");
    buf_printf(&text, "%s%.*s – %.*s: %.*s, %.*s", i ? "\n" : "", SLICE_ARG(from), SLICE_ARG(to),
               SLICE_ARG(work), SLICE_ARG(place));
  }
  return buf_slice(&text);
}

static struct slice citizen_value(struct filling *f, const struct procedure_form_field *field) {
  const struct jin *value = f->answers == NULL ? NULL : jin_find(f->answers, arena_cstr(f->call->arena, field->id));
  if (value == NULL) {
    return (struct slice){0};
  }
  if (value->type == JIN_TEXT) {
    return value->text;
  }
  if (value->type == JIN_LIST) {
    return history_text(f->call->arena, value);
  }
  const struct jin *purpose = value->type == JIN_OBJECT ? jin_find(value, "purpose") : NULL;
  return purpose != NULL && purpose->type == JIN_TEXT ? purpose->text : (struct slice){0};
}

static void put_input(struct filling *f, const struct procedure_form_field *field) {
  struct jout *out = &f->call->out;
  bool is_phone = slice_is(field->type, "phone");
  jout_put_object(out, "input");
  jout_put_text(out, "kind", field->type);
  jout_put_bool(out, "required", field->required || slice_is(field->type, "request"));
  if (field->max_length > 0) {
    jout_put_int(out, "max_length", field->max_length);
  } else {
    jout_put_null(out, "max_length");
  }
  if (field->help_vi.len > 0) {
    api_put_text(out, "help", field->help_vi, field->help_en);
  } else {
    jout_put_null(out, "help");
  }
  jout_put_text_or_null(out, "suggestion", is_phone ? f->view->person->mobile : (struct slice){0});
  jout_object_end(out);
}

static void put_category(struct filling *f, const struct procedure_form_field *field, size_t number) {
  struct jout *out = &f->call->out;
  bool is_citizen = slice_is(field->source, "citizen");
  jout_object(out);
  jout_put_int(out, "number", (int64_t)number);
  jout_put_text(out, "id", field->id);
  api_put_text(out, "label", field->name_vi, field->name_en);
  jout_put_str(out, "source", is_citizen ? "citizen" : "register");
  if (is_citizen) {
    jout_put_null(out, "register");
    jout_put_text_or_null(out, "value", citizen_value(f, field));
    if (register_person_age(f->view->person, f->today) >= field->from_age) {
      put_input(f, field);
    } else {
      jout_put_null(out, "input"); /* not asked of somebody so young */
    }
  } else {
    api_put_word(f->call, "register", api_registers, field->source);
    jout_put_text_or_null(out, "value", register_value(f, field->id));
    jout_put_null(out, "input");
  }
  jout_object_end(out);
}

result api_form_view_put(struct api_call *call, struct db_tx *tx, const struct form_view *view) {
  struct procedure_form form;
  struct filling filling = {.call = call, .tx = tx, .view = view, .today = api_today(call)};
  struct jin_doc doc;
  TRY(procedure_form(call->api->options.works.procedures, view->procedure, &form));
  if (view->answers.len > 0) {
    jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
    TRY(jin_parse(&doc, view->answers, &filling.answers));
  }
  jout_put_list(&call->out, "categories");
  for (size_t i = 0; i < form.count; i++) {
    put_category(&filling, &form.fields[i], i + 1);
  }
  jout_list_end(&call->out);
  return OK;
}
