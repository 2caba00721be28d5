#include "oidc/parameters.h"

#include "oidc/oidc.h"

enum { RESOURCES_MAX = 10 };

/* Takes the pairs named resource out of a form: their values join in *resources, everything else stays in *rest. */
static result split_resources(struct slice text, struct arena *arena, struct buf *rest, struct buf *resources) {
  size_t count = 0;
  while (text.len > 0) {
    struct slice pair = slice_cut(&text, '&');
    struct slice value = {0};
    if (!slice_starts(pair, S("resource="))) {
      if (rest->len > 0) {
        buf_append_byte(rest, '&');
      }
      buf_append(rest, pair);
      continue;
    }
    struct url_form one;
    TRY(url_form_parse(pair, arena, &one));
    value = url_form_get(&one, "resource");
    if (++count > RESOURCES_MAX || slice_find(value, ' ', 0) < value.len) {
      FAIL(CODEC_FORM_LIMIT, "more than %d resources, or a blank in one", RESOURCES_MAX);
    }
    if (resources->len > 0) {
      buf_append_byte(resources, ' ');
    }
    buf_append(resources, value);
  }
  return OK;
}

result oidc_parameters_parse(struct slice text, struct arena *arena, struct url_form *ret_form) {
  struct buf rest;
  struct buf resources;
  struct url_form form;
  buf_init(&rest, arena, text.len + 1);
  buf_init(&resources, arena, 64);
  TRY(split_resources(text, arena, &rest, &resources));
  TRY(url_form_parse(buf_slice(&rest), arena, &form));
  if (resources.len > 0) {
    struct url_field *fields = ARENA_ARRAY(arena, struct url_field, form.count + 1);
    for (size_t i = 0; i < form.count; i++) {
      fields[i] = form.fields[i];
    }
    fields[form.count] = (struct url_field){S("resource"), buf_slice(&resources)};
    form = (struct url_form){fields, form.count + 1};
  }
  *ret_form = form;
  return OK;
}

struct slice oidc_parameters_write(const struct url_form *form, struct arena *arena) {
  struct buf out;
  buf_init(&out, arena, 512);
  for (size_t i = 0; i < form->count; i++) {
    struct slice rest = form->fields[i].value;
    bool is_several = slice_is(form->fields[i].name, "resource"); /* each its own again */
    while (rest.len > 0) {
      url_form_put(&out, arena_cstr(arena, form->fields[i].name), is_several ? slice_cut(&rest, ' ') : rest);
      rest = is_several ? rest : (struct slice){0};
    }
  }
  return buf_slice(&out);
}

static struct slice list_as_words(const struct jin *list, struct arena *arena) {
  struct buf words;
  buf_init(&words, arena, 64);
  for (size_t i = 0; i < list->count; i++) {
    if (words.len > 0) {
      buf_append_byte(&words, ' ');
    }
    buf_append(&words, list->items[i].text);
  }
  return buf_slice(&words);
}

result oidc_parameters_of_object(const struct jin *object, struct arena *arena, struct url_form *ret_form) {
  struct url_field *fields = ARENA_ARRAY(arena, struct url_field, object->count + 1);
  for (size_t i = 0; i < object->count; i++) {
    const struct jin *item = &object->items[i];
    fields[i].name = item->name;
    if (item->type == JIN_TEXT) {
      fields[i].value = item->text;
    } else if (item->type == JIN_INT) {
      fields[i].value = arena_printf(arena, "%lld", (long long)item->number);
    } else if (item->type == JIN_LIST && slice_is(item->name, "resource")) {
      fields[i].value = list_as_words(item, arena);
    } else if (item->type == JIN_OBJECT || item->type == JIN_LIST) {
      struct buf text;
      struct jout out;
      buf_init(&text, arena, 256);
      jout_init(&out, &text);
      oidc_value_write(item, &out);
      fields[i].value = buf_slice(&text);
    } else {
      FAIL(OIDC_REQUEST_OBJECT, "a member that is no parameter");
    }
    if (fields[i].value.len > URL_FORM_VALUE_BYTES_MAX) {
      FAIL(OIDC_REQUEST_OBJECT, "a member too long for a parameter");
    }
  }
  *ret_form = (struct url_form){fields, object->count};
  return OK;
}

bool oidc_words_have(struct slice words, struct slice word) {
  while (words.len > 0) {
    if (slice_eq(slice_cut(&words, ' '), word)) {
      return true;
    }
  }
  return false;
}

void oidc_value_write(const struct jin *value, struct jout *out) {
  switch (value->type) {
    case JIN_TEXT: jout_text(out, value->text); return;
    case JIN_INT: jout_int(out, value->number); return;
    case JIN_BOOL: jout_bool(out, value->boolean); return;
    case JIN_LIST: jout_list(out); break;
    case JIN_OBJECT: jout_object(out); break;
    default: jout_null(out); return;
  }
  for (size_t i = 0; i < value->count; i++) { /* depth is bounded by the reader */
    if (value->type == JIN_OBJECT) {
      jout_name_slice(out, value->items[i].name);
    }
    oidc_value_write(&value->items[i], out);
  }
  if (value->type == JIN_OBJECT) {
    jout_object_end(out);
  } else {
    jout_list_end(out);
  }
}
