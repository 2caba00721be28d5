/* dossier/outcome.c: what the rule was told and what it answered, as kept with the dossier. */
#include "dossier/gather.h"

static void put_reason(struct jout *out, const struct procedure_reason *reason) {
  jout_put_text(out, "code", reason->code);
  jout_put_text(out, "reason_vi", reason->vi);
  jout_put_text(out, "reason_en", reason->en);
  jout_put_text(out, "clause", reason->clause);
}

static void put_amount(struct jout *out, const char *name, const struct procedure_amount *amount) {
  jout_put_object(out, name);
  jout_put_int(out, "value", amount->value);
  put_reason(out, &amount->because);
  jout_object_end(out);
}

static void put_input(struct jout *out, const struct procedure_input *input) {
  const struct procedure_applicant *a = &input->applicant;
  jout_put_object(out, "input");
  jout_put_instant(out, "submitted_at", input->submitted_at_ms);
  jout_put_text(out, "channel", procedure_channel_name(input->channel));
  jout_put_text(out, "relation", procedure_relation_name(input->relation));
  jout_put_object(out, "facts");
  for (size_t i = 0; i < input->fact_count; i++) {
    jout_put_int(out, input->facts[i].name, input->facts[i].value);
  }
  jout_object_end(out);
  jout_put_date(out, "birth_date", a->birth_date);
  jout_put_bool(out, "citizen", a->citizen);
  jout_put_bool(out, "digital_citizen", a->digital_citizen);
  jout_put_int(out, "level", a->level);
  jout_put_text_or_null(out, "permanent_province", a->permanent_province);
  jout_put_list(out, "categories");
  for (uint32_t bit = 1; bit != 0; bit <<= 1) {
    if (a->categories & bit) {
      jout_text(out, procedure_category_name(bit));
    }
  }
  jout_list_end(out);
  jout_object_end(out);
}

static void put_extension(struct jout *out, const struct dossier_extension *extension) {
  jout_put_object(out, "complex");
  put_reason(out, extension->ground);
  jout_put_date(out, "due_before", extension->due_before);
  jout_put_date(out, "due_after", extension->due_after);
  jout_object_end(out);
}

struct slice dossier_outcome_write(struct arena *arena, const struct dossier_answer *answer) {
  const struct procedure_outcome *o = answer->outcome;
  struct buf buf;
  buf_init(&buf, arena, 2048);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  put_amount(&out, "fee", &o->fee);
  put_amount(&out, "support", &o->support);
  put_amount(&out, "payable", &o->payable);
  jout_put_object(&out, "due_date");
  jout_put_date(&out, "value", o->due.due);
  put_reason(&out, &o->due_because);
  jout_object_end(&out);
  jout_put_object(&out, "authority");
  jout_put_text(&out, "value", procedure_authority_name(o->authority));
  put_reason(&out, &o->authority_because);
  jout_object_end(&out);
  put_input(&out, answer->input);
  if (answer->extension != NULL) {
    put_extension(&out, answer->extension);
  }
  jout_object_end(&out);
  return buf_slice(&buf);
}
