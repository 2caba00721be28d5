#include "dossier/certificate.h"

#include "codec/utf8.h"
#include "dossier/act.h"

struct filling {
  struct db_tx *tx;
  struct arena *arena;
  const struct dossier *dossier;
  int32_t today;
  struct pdf_certificate *c;
};

struct slice dossier_certificate_place(struct slice province, int32_t on) {
  const struct register_province *p = register_province_find(province, on);
  return p ? slice_str(p->name) : S("");
}

static result residence_text(struct filling *f, enum register_residence_kind kind, struct slice *ret_text) {
  struct register_residence residence;
  *ret_text = S("");
  result found = register_residence_find(
      f->tx, f->arena, &(struct register_residence_key){f->dossier->person_id, kind, f->today}, &residence);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    return OK;
  }
  TRY(found);
  *ret_text = register_residence_write(f->arena, &residence, f->today);
  return OK;
}

static result fill_person(struct filling *f) {
  struct register_person p;
  TRY(register_person_load(f->tx, f->arena, f->dossier->person_id, &p));
  TRY(utf8_upper(p.name, f->arena, &f->c->name));
  f->c->other_name = p.other_name;
  f->c->sex = p.sex == REGISTER_MALE ? S("Nam") : S("Nữ");
  f->c->birth = register_birth_write_vi(f->arena, p.birth);
  f->c->birth_place = p.birth_place;
  f->c->nationality = slice_is(p.nationality, "VN") ? S("Việt Nam") : p.nationality;
  bool has_card = !slice_empty(p.card_number);
  f->c->document_type = has_card ? S("Thẻ căn cước") : S("Số định danh cá nhân");
  f->c->document_number = has_card ? p.card_number : p.pin;
  f->c->document_date = has_card ? p.card_issued : PDF_NO_DATE;
  f->c->document_place = has_card ? p.card_place : S("");
  TRY(residence_text(f, REGISTER_PERMANENT, &f->c->residence_permanent));
  return residence_text(f, REGISTER_TEMPORARY, &f->c->residence_temporary);
}

static result fill_family(struct filling *f) {
  struct register_relation_list list;
  TRY(register_relations_load(f->tx, f->arena, f->dossier->person_id, f->today, &list));
  for (size_t i = 0; i < list.count; i++) {
    const struct register_relation *r = &list.items[i];
    struct pdf_relative relative = {r->name, r->birth.year ? register_birth_write_vi(f->arena, r->birth) : S("")};
    if (list.items[i].kind == REGISTER_FATHER) {
      f->c->father = relative;
    } else if (list.items[i].kind == REGISTER_MOTHER) {
      f->c->mother = relative;
    } else if (list.items[i].kind == REGISTER_SPOUSE) {
      f->c->spouse = relative;
    }
  }
  return OK;
}

static struct slice conviction_state(struct arena *arena, const struct register_conviction *c) {
  if (c->status != REGISTER_CONVICTION_EXPUNGED) {
    return S("Chưa được xóa án tích");
  }
  return arena_printf(arena, "Đã xóa án tích ngày %.*s", SLICE_ARG(clock_date_write_vi(arena, c->expunged_on)));
}

/* [Law 28/2009 Art 42, 43] expunged ones only on No. 2. */
static result fill_convictions(struct filling *f) {
  struct register_conviction_list list;
  TRY(register_convictions_load(f->tx, f->arena, f->dossier->person_id, f->today, &list));
  struct pdf_conviction *shown = ARENA_ARRAY(f->arena, struct pdf_conviction, list.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < list.count; i++) {
    const struct register_conviction *c = &list.items[i];
    bool expunged = c->status == REGISTER_CONVICTION_EXPUNGED;
    if (f->dossier->certificate == 1 && expunged) {
      continue;
    }
    shown[count++] = (struct pdf_conviction){
        .judgment = arena_printf(f->arena, "Bản án số %.*s", SLICE_ARG(c->judgment_number)),
        .court = c->court,
        .judgment_date = c->judgment_date,
        .crime = slice_empty(c->clause)
                     ? c->crime
                     : arena_printf(f->arena, "%.*s (%.*s)", SLICE_ARG(c->crime), SLICE_ARG(c->clause)),
        .penalty = c->sentence,
        .state = conviction_state(f->arena, c),
        .expunged = expunged,
    };
  }
  f->c->convictions = shown;
  f->c->conviction_count = count;
  return OK;
}

/* [Law 28/2009 Art 42(2)] on No. 1 only when asked for, on No. 2 always. */
static result fill_bans(struct filling *f) {
  if (f->dossier->certificate == 1 && !f->dossier->ban_information) {
    f->c->ban_answer = PDF_BANS_NOT_ASKED;
    return OK;
  }
  struct register_ban_list list;
  TRY(register_bans_load(f->tx, f->arena, f->dossier->person_id, &list));
  struct pdf_ban *bans = ARENA_ARRAY(f->arena, struct pdf_ban, list.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < list.count; i++) {
    const struct register_ban *b = &list.items[i];
    if (b->to < f->today) {
      continue;
    }
    bans[count++] = (struct pdf_ban){
        .position = b->position,
        .decision = arena_printf(f->arena, "Quyết định số %.*s ngày %.*s của %.*s", SLICE_ARG(b->decision_number),
                                 SLICE_ARG(clock_date_write_vi(f->arena, b->decision_date)), SLICE_ARG(b->court)),
        .from = b->from,
        .to = b->to == REGISTER_OPEN ? PDF_NO_DATE : b->to,
    };
  }
  f->c->ban_answer = count ? PDF_BANS_LISTED : PDF_BANS_NONE;
  f->c->bans = bans;
  f->c->ban_count = count;
  return OK;
}

static result fill_letterhead(struct filling *f) {
  struct register_agency agency;
  TRY(register_agency_load(f->tx, f->arena, f->dossier->agency_code, f->today, &agency));
  TRY(utf8_upper(agency.name_vi, f->arena, &f->c->agency));
  if (!slice_empty(agency.parent)) {
    struct register_agency parent;
    TRY(register_agency_load(f->tx, f->arena, agency.parent, f->today, &parent));
    TRY(utf8_upper(parent.name_vi, f->arena, &f->c->agency_above));
  }
  f->c->number = f->dossier->certificate_number;
  f->c->place = dossier_certificate_place(f->dossier->province, f->today);
  f->c->issued_on = f->today;
  struct slice *bases = ARENA_ARRAY(f->arena, struct slice, 1);
  bases[0] = arena_printf(f->arena, "Căn cứ %.*s", SLICE_ARG(dossier_act_record_basis(f->today)));
  f->c->legal_bases = bases;
  f->c->legal_base_count = 1;
  return OK;
}

static result fill_signer(struct filling *f, const struct certificate_order *order) {
  struct register_post post;
  struct register_person signer;
  TRY(register_post_load(f->tx, f->arena, order->post_id, f->today, &post));
  TRY(register_person_load(f->tx, f->arena, order->signer_id, &signer));
  TRY(utf8_upper(post.title_vi, f->arena, &f->c->signer_post));
  f->c->signer_name = signer.name;
  return OK;
}

result dossier_certificate_fill(struct env *env, struct db_tx *tx, struct arena *arena,
                                const struct certificate_order *order, struct pdf_certificate *ret_certificate) {
  struct pdf_certificate c = {.kind = order->dossier->certificate == 2 ? PDF_CERTIFICATE_2 : PDF_CERTIFICATE_1};
  struct filling f = {tx, arena, order->dossier, clock_date_of(order->at_ms), &c};
  TRY(fill_letterhead(&f));
  TRY(fill_person(&f));
  TRY(fill_family(&f));
  TRY(fill_convictions(&f));
  TRY(fill_bans(&f));
  TRY(fill_signer(&f, order));
  c.dossier_code = order->dossier->code;
  c.check_url = arena_printf(arena, "%.*s/check?code=%.*s", SLICE_ARG(env->origin), SLICE_ARG(order->dossier->code));
  c.created_at_ms = order->at_ms;
  *ret_certificate = c;
  return OK;
}
