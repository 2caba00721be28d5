/* The national structure as data: which agencies there are in each province at each time, their units, their posts and
 * powers.
 *
 * Codes      H01..H63: provinces by Decision 20/2020; .11 the department of justice; G01 the ministry of public
 *            security, G01.<province's number> its police in the province; G15 the ministry of justice. A merged
 *            province keeps the code of the one whose name it bears. These codes are not confirmed by a public source
 *            beyond their form: they are rows, and rows can be replaced.
 * Dates      criminal records went from justice to police on 2025-03-01; provinces merged on 2025-07-01.
 */
#include "register/agencies.h"
#include "register/units.h"

enum {
  RECORDS_LAW = 14791,    /* 2010-07-01: Law 28/2009 on judicial records in force */
  EID_DECREE = 19285,     /* 2022-10-20: Decree 59/2022 on e-identification in force */
  POLICE_RECORDS = 20148, /* 2025-03-01: criminal records pass to the police */
};

struct founding {
  struct db_tx *tx;
  struct arena *arena;
  int64_t posts;
  int64_t rows;
};

struct unit_form {
  const char *suffix;
  enum register_unit_kind kind;
  const char *name_vi, *name_en;
};
static const struct unit_form JUSTICE_UNITS[] = {
    {"01", REGISTER_UNIT_ONE_STOP, "Bộ phận Một cửa", "One-stop desk"},
    {"02", REGISTER_UNIT_RECORDS, "Phòng Lý lịch tư pháp", "Judicial Records Division"},
    {"03", REGISTER_UNIT_LEADERSHIP, "Ban Giám đốc", "Leadership"},
    {"04", REGISTER_UNIT_OFFICE, "Văn phòng", "Office"},
};
static const struct unit_form POLICE_UNITS[] = {
    {"01", REGISTER_UNIT_ONE_STOP, "Bộ phận tiếp nhận và trả kết quả", "One-stop desk"},
    {"02", REGISTER_UNIT_RECORDS, "Phòng Hồ sơ nghiệp vụ (PV06)", "Records Division (PV06)"},
    {"03", REGISTER_UNIT_LEADERSHIP, "Ban Giám đốc", "Leadership"},
    {"04", REGISTER_UNIT_OFFICE, "Phòng Tham mưu (PV01)", "Staff Office (PV01)"},
    {"05", REGISTER_UNIT_IDENTITY, "Phòng Cảnh sát quản lý hành chính về trật tự xã hội (PC06)",
     "Identification Division (PC06)"},
};

struct post_form {
  enum register_role role;
  const char *unit_suffix;
  const char *title_vi, *title_en;
  enum register_power power; /* 0: none */
};
static const struct post_form RECORDS_POSTS[] = {
    {REGISTER_ONE_STOP_OFFICER, "01", "Cán bộ một cửa", "One-stop officer", REGISTER_RECEIVE_DOSSIERS},
    {REGISTER_RECORDS_OFFICER, "02", "Chuyên viên tra cứu lý lịch tư pháp", "Records officer",
     REGISTER_LOOK_UP_CONVICTIONS},
    {REGISTER_DECIDER, "03", "Phó Giám đốc", "Deputy director", REGISTER_SIGN_CERTIFICATE},
    {REGISTER_SEALER, "04", "Văn thư", "Clerk of the seal", REGISTER_SEAL},
    {REGISTER_SUPERVISOR, "03", "Giám đốc", "Director", 0},
};
static const struct post_form IDENTITY_POSTS[] = {
    {REGISTER_COLLECTOR, "05", "Cán bộ thu nhận hồ sơ định danh", "Enrolment officer", REGISTER_RECEIVE_DOSSIERS},
    {REGISTER_APPROVER, "05", "Chỉ huy phê duyệt định danh", "Enrolment approver", REGISTER_APPROVE_ENROLMENT},
};

struct agency_form {
  enum register_agency_kind kind;
  const char *code_before, *code_after; /* around the province's H code, or its number alone for police */
  const char *name_vi, *name_en;        /* before the province's name */
};
static const struct agency_form FORMS[] = {
    {REGISTER_PEOPLES_COMMITTEE, "", "", "Ủy ban nhân dân", "People's Committee of"},
    {REGISTER_JUSTICE, "", ".11", "Sở Tư pháp", "Department of Justice of"},
    {REGISTER_POLICE, "G01.", "", "Công an", "Police of"},
};

static struct slice agency_code(struct founding *founding, const struct agency_form *form,
                                const char *province_agency) {
  const char *number = form->kind == REGISTER_POLICE ? province_agency + 1 : province_agency;
  return arena_printf(founding->arena, "%s%s%s", form->code_before, number, form->code_after);
}

/* "Tỉnh Nghệ An" after another word: "tỉnh Nghệ An". */
static struct slice name_within(struct arena *arena, const char *full_name) {
  struct slice name = arena_copy(arena, slice_str(full_name));
  uint8_t *first = (uint8_t *)(uintptr_t)name.ptr;
  *first = (uint8_t)(*first | 0x20);
  return name;
}

static struct slice parent_code(const struct agency_form *form, const struct register_province *province) {
  switch (form->kind) {
    case REGISTER_JUSTICE:
      return slice_str(province->agency);
    case REGISTER_POLICE:
      return S("G01");
    case REGISTER_PEOPLES_COMMITTEE:
    case REGISTER_MINISTRY:
      break;
  }
  return (struct slice){0};
}

static result found_agency(struct founding *founding, const struct agency_form *form,
                           const struct register_province *province) {
  const struct register_province *after = register_province_find(slice_str(province->successor), UNITS_REORGANISED);
  bool ends = province->to == UNITS_REORGANISED - 1 && after && strcmp(after->agency, province->agency) != 0;
  struct register_agency agency = {
      .code = agency_code(founding, form, province->agency),
      .kind = form->kind,
      .name_vi = arena_printf(founding->arena, "%s %.*s", form->name_vi,
                              SLICE_ARG(name_within(founding->arena, province->full_name))),
      .name_en = arena_printf(founding->arena, "%s %s", form->name_en, province->name),
      .province = slice_str(province->code),
      .parent = parent_code(form, province),
      .successor = ends ? agency_code(founding, form, after->agency) : (struct slice){0},
      .from = province->from,
      .to = province->to,
  };
  founding->rows++;
  return register_agencies_insert_agency(founding->tx, &agency);
}

/* The last day of what stands in a province's former list only. */
static int32_t last_day_of(const char *province_agency) {
  for (size_t i = 0; i < register_units_provinces_count; i++) {
    if (register_units_provinces[i].to == REGISTER_OPEN && strcmp(register_units_provinces[i].agency, province_agency) == 0) {
      return REGISTER_OPEN;
    }
  }
  return UNITS_REORGANISED - 1;
}

static result found_units(struct founding *founding, struct slice code, const struct unit_form *forms, size_t count,
                          int32_t to) {
  for (size_t i = 0; i < count; i++) {
    struct register_unit unit = {
        .code = arena_printf(founding->arena, "%.*s.%s", SLICE_ARG(code), forms[i].suffix),
        .agency_code = code,
        .kind = forms[i].kind,
        .name_vi = slice_str(forms[i].name_vi),
        .name_en = slice_str(forms[i].name_en),
        .from = RECORDS_LAW,
        .to = to,
    };
    founding->rows++;
    TRY(register_agencies_insert_unit(founding->tx, &unit));
  }
  return OK;
}

struct term {
  struct slice agency_code;
  const char *matter;
  int32_t from, to;
};

static result found_posts(struct founding *founding, const struct term *term, const struct post_form *forms,
                          size_t count) {
  struct register_agency_matter competence = {term->agency_code, term->matter, term->from, term->to};
  TRY(register_agencies_insert_competence(founding->tx, &competence));
  for (size_t i = 0; i < count; i++) {
    struct register_post post = {
        .post_id = ++founding->posts,
        .agency_code = term->agency_code,
        .unit_code = arena_printf(founding->arena, "%.*s.%s", SLICE_ARG(term->agency_code), forms[i].unit_suffix),
        .role = forms[i].role,
        .title_vi = slice_str(forms[i].title_vi),
        .title_en = slice_str(forms[i].title_en),
        .from = term->from,
        .to = term->to,
    };
    TRY(register_agencies_insert_post(founding->tx, &post));
    struct register_post_power power = {post.post_id, forms[i].power, term->from, term->to};
    if (power.power) {
      TRY(register_agencies_insert_power(founding->tx, &power));
    }
    founding->rows += 2;
  }
  return OK;
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

static result found_justice(struct founding *founding, const char *province_agency) {
  struct slice code = agency_code(founding, &FORMS[1], province_agency);
  TRY(found_units(founding, code, JUSTICE_UNITS, COUNT(JUSTICE_UNITS), last_day_of(province_agency)));
  struct term lltp = {code, "lltp", RECORDS_LAW, POLICE_RECORDS - 1};
  return found_posts(founding, &lltp, RECORDS_POSTS, COUNT(RECORDS_POSTS));
}

static result found_police(struct founding *founding, const char *province_agency) {
  struct slice code = agency_code(founding, &FORMS[2], province_agency);
  int32_t last = last_day_of(province_agency);
  TRY(found_units(founding, code, POLICE_UNITS, COUNT(POLICE_UNITS), last));
  struct term lltp = {code, "lltp", POLICE_RECORDS, last};
  struct term eid = {code, "eid", EID_DECREE, last};
  TRY(found_posts(founding, &lltp, RECORDS_POSTS, COUNT(RECORDS_POSTS)));
  return found_posts(founding, &eid, IDENTITY_POSTS, COUNT(IDENTITY_POSTS));
}

static result found_ministries(struct founding *founding) {
  static const struct {
    const char *code, *name_vi, *name_en;
  } ministries[] = {{"G01", "Bộ Công an", "Ministry of Public Security"}, {"G15", "Bộ Tư pháp", "Ministry of Justice"}};
  for (size_t i = 0; i < COUNT(ministries); i++) {
    struct register_agency ministry = {
        .code = slice_str(ministries[i].code),
        .kind = REGISTER_MINISTRY,
        .name_vi = slice_str(ministries[i].name_vi),
        .name_en = slice_str(ministries[i].name_en),
        .from = register_units_provinces[0].from,
        .to = REGISTER_OPEN,
    };
    founding->rows++;
    TRY(register_agencies_insert_agency(founding->tx, &ministry));
  }
  return OK;
}

static result found_provinces(struct founding *founding) {
  for (size_t i = 0; i < register_units_provinces_count; i++) {
    for (size_t form = 0; form < COUNT(FORMS); form++) {
      TRY(found_agency(founding, &FORMS[form], &register_units_provinces[i]));
    }
  }
  /* Each of the 63 codes was in force the day before the provinces merged; none came later. */
  const struct register_province *const *former = NULL;
  size_t count = 0;
  TRY(register_provinces(founding->arena, UNITS_REORGANISED - 1, &former, &count));
  for (size_t i = 0; i < count; i++) {
    TRY(found_justice(founding, former[i]->agency));
    TRY(found_police(founding, former[i]->agency));
  }
  return OK;
}

/* After the provinces' posts, whose numbers stay as they were. */
static result found_operator(struct founding *founding) {
  const struct register_post post = {.post_id = ++founding->posts,
                                     .agency_code = S("G01"),
                                     .role = REGISTER_OPERATOR,
                                     .title_vi = S("Cán bộ vận hành hệ thống"),
                                     .title_en = S("Operator of the system"),
                                     .from = RECORDS_LAW,
                                     .to = REGISTER_OPEN};
  founding->rows++;
  return register_agencies_insert_post(founding->tx, &post);
}

result register_agencies_found(struct env *env, struct db_tx *tx, const struct register_act *act) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM agency", DB_NO_ARGS, &rows));
  if (db_int(&rows, 0) > 0) {
    return OK;
  }
  db_rows_close(&rows);
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct founding founding = {tx, &scratch, 0, 0};
  TRY(found_ministries(&founding));
  TRY(found_provinces(&founding));
  TRY(found_operator(&founding));
  struct agencies_note note = {.kind = "register.agencies_founded", .number = founding.rows};
  return register_agencies_record(env, tx, act, &note);
}
