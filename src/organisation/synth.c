/* Enterprises of the demonstration. Their numbers begin with 99: no province's tax office gives such. */
#include "organisation/organisation.h"

struct sample {
  const char *code;
  const char *name;
  const char *short_name;
  const char *foreign_name;
  const char *head_office;
  const char *province;
  struct civil_date founded;
  enum organisation_status status;
  bool is_in_database;
  const char *representatives[2]; /* names of demonstration people */
};

static const struct sample samples[] = {
    {"9900000011", "Công ty TNHH Một thành viên Sen Hồng", "Sen Hồng", "Sen Hong Company Limited", "Số 12 phố Hàng Bài", "01", {2015, 3, 9},
     ORGANISATION_WORKING, true, {"citizen.hanoi", NULL}},
    {"9900000022", "Công ty Cổ phần Trúc Xanh", "Trúc Xanh", "Truc Xanh Joint Stock Company", "Số 8 đường Láng", "01", {2018, 7, 2},
     ORGANISATION_WORKING, true, {"citizen.hanoi", "citizen.hanoi.wife"}},
    {"9900000033", "Hợp tác xã Nông nghiệp Mây Trắng", "", "", "Thôn Đông", "46", {2021, 11, 15}, ORGANISATION_WORKING, false, {"citizen.hue", NULL}},
    {"9900000044", "Công ty TNHH Bến Cũ", "", "", "Số 3 đường Bạch Đằng", "48", {2012, 1, 20}, ORGANISATION_SUSPENDED, true, {"citizen.danang", NULL}},
    {"9900000055", "Doanh nghiệp tư nhân Đã Giải Thể", "", "", "Số 1 đường Nguyễn Huệ", "79", {2009, 5, 5}, ORGANISATION_DISSOLVED, true,
     {"citizen.hochiminh", NULL}},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static const struct register_act by_system = {.actor_role = S_INIT("system"), .legal_basis = S_INIT("Dữ liệu giả lập để trình diễn")};

static result add_sample(struct env *env, struct db_tx *tx, const struct sample *sample) {
  struct slice code = slice_str(sample->code);
  struct organisation organisation = {.code = code,
                                      .tax_code = code,
                                      .enterprise_code = code,
                                      .name = slice_str(sample->name),
                                      .short_name = slice_str(sample->short_name),
                                      .foreign_name = slice_str(sample->foreign_name),
                                      .founded_on = clock_date_from(sample->founded),
                                      .head_office = slice_str(sample->head_office),
                                      .province = slice_str(sample->province),
                                      .status = sample->status,
                                      .is_in_database = sample->is_in_database};
  TRY(organisation_add(env, tx, &by_system, &organisation));
  for (size_t i = 0; i < 2 && sample->representatives[i] != NULL; i++) {
    struct organisation_representative representative = {.organisation_id = organisation.organisation_id,
                                                         .title = i == 0 ? S("Giám đốc") : S("Phó giám đốc"),
                                                         .from = organisation.founded_on,
                                                         .to = REGISTER_OPEN};
    TRY(register_demo_find(tx, slice_str(sample->representatives[i]), &representative.person_id));
    TRY(organisation_representative_add(env, tx, &by_system, &representative));
  }
  return OK;
}

struct making {
  struct env *env;
  int64_t count;
};

static result make(struct db_tx *tx, void *arg) {
  struct making *m = arg;
  m->count = 0;
  for (size_t i = 0; i < SAMPLES; i++) {
    int64_t organisation_id = 0;
    result found = organisation_find(tx, slice_str(samples[i].code), &organisation_id);
    if (is_code(found, ORGANISATION_UNKNOWN)) {
      TRY(add_sample(m->env, tx, &samples[i]));
      m->count++;
    } else {
      TRY(found);
    }
  }
  return OK;
}

result organisation_synth(struct env *env, int64_t *ret_count) {
  struct making m = {.env = env};
  TRY(db_write(env->db, make, &m));
  *ret_count = m.count;
  return OK;
}
