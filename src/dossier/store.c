#include "dossier/store.h"

/* A submission is the platform's busiest write, so what it inserts lies in order of arrival (HEAP): only narrow keys lead
 * from a person, who may be anybody, to their rows. */
const struct db_migration dossier_migrations[] = {
    {"dossier", 1,
     "CREATE TABLE dossier ("
     "  person_id id/public NOT NULL, dossier_id id/public NOT NULL, applicant_id id/public NOT NULL,"
     "  code text/personal NOT NULL, procedure_name text/personal NOT NULL, national_code text/public NOT NULL,"
     "  agency_code text/personal NOT NULL, province text/personal NOT NULL, channel int/personal NOT NULL,"
     "  status int/personal NOT NULL, stage int/personal NOT NULL,"
     "  submitted_at time/personal NOT NULL, complete_at time/personal NOT NULL, received_at time/personal NOT NULL,"
     "  finished_at time/personal NOT NULL, closed_at time/personal NOT NULL,"
     "  limit_unit int/public NOT NULL, limit_roll int/public NOT NULL, limit_count int/public NOT NULL,"
     "  limit_cut_off int/public NOT NULL, due_date int/personal NOT NULL, reappointed_date int/personal NOT NULL,"
     "  certificate int/personal NOT NULL, copies int/personal NOT NULL, ban_information int/personal NOT NULL,"
     "  complex int/personal NOT NULL, fee int/personal NOT NULL, support int/personal NOT NULL, payable int/personal "
     "NOT NULL,"
     "  rule_hash bytes/public NOT NULL, outcome text/personal NOT NULL, form text/sensitive NOT NULL,"
     "  decision int/sensitive NOT NULL, decider_id id/public NOT NULL, sealer_id id/public NOT NULL,"
     "  document_sha256 bytes/personal, certificate_number text/personal NOT NULL,"
     "  form_key text/personal NOT NULL, content bytes/personal NOT NULL," /* the form instance, and what it asked for */
     "  PRIMARY KEY (person_id, dossier_id), UNIQUE (applicant_id, form_key)) HEAP;"
     "CREATE INDEX dossier_agency ON dossier (agency_code, status, due_date);"
     "CREATE INDEX dossier_submitted ON dossier (submitted_at);"
     "CREATE TABLE dossier_code ("
     "  code text/personal NOT NULL, person_id id/public NOT NULL, dossier_id id/public NOT NULL, PRIMARY KEY (code));"
     "CREATE TABLE dossier_serial ("
     "  agency_code text/public NOT NULL, day int/public NOT NULL, last int/public NOT NULL, PRIMARY KEY (agency_code, "
     "day));"
     "CREATE TABLE dossier_number ("
     "  agency_code text/public NOT NULL, year int/public NOT NULL, last int/public NOT NULL, PRIMARY KEY "
     "(agency_code, year));"
     "CREATE TABLE dossier_move ("
     "  person_id id/public NOT NULL, dossier_id id/public NOT NULL, move_id id/public NOT NULL, at time/personal NOT "
     "NULL,"
     "  from_status int/personal NOT NULL, to_status int/personal NOT NULL, actor_id id/personal NOT NULL, act "
     "text/personal NOT NULL,"
     "  role text/personal NOT NULL, desk text/personal NOT NULL, legal_basis text/public NOT NULL, note "
     "text/sensitive NOT NULL,"
     "  PRIMARY KEY (person_id, dossier_id, move_id)) HEAP;"
     "CREATE TABLE dossier_slip ("
     "  person_id id/public NOT NULL, dossier_id id/public NOT NULL, slip_id id/public NOT NULL, kind int/personal NOT "
     "NULL,"
     "  at time/personal NOT NULL, body text/sensitive NOT NULL, day int/personal NOT NULL,"
     "  PRIMARY KEY (person_id, dossier_id, slip_id));"
     "CREATE TABLE dossier_paper_request ("
     "  person_id id/public NOT NULL, dossier_id id/public NOT NULL, request_id id/public NOT NULL, at time/personal "
     "NOT NULL,"
     "  component text/personal NOT NULL, reason text/personal NOT NULL, role text/personal NOT NULL,"
     "  PRIMARY KEY (person_id, dossier_id, request_id));"},
    {"dossier", 2,
     "CREATE TABLE dossier_sign_up (ticket_hash bytes/secret PRIMARY KEY, state int/public NOT NULL, expires_at time/public NOT NULL,"
     " claim text/personal NOT NULL, phone text/personal NOT NULL, salt bytes/secret NOT NULL, code_hash bytes/secret NOT NULL,"
     " wrong int/public NOT NULL DEFAULT 0, pictures int/public NOT NULL DEFAULT 0);"
     "CREATE INDEX dossier_sign_up_by_end ON dossier_sign_up (expires_at);"
     "CREATE TABLE dossier_reminder (person_id id/public NOT NULL, dossier_id id/public NOT NULL, kind int/public NOT NULL,"
     " at time/public NOT NULL, PRIMARY KEY (person_id, dossier_id, kind));"},
    {"dossier", 3, "CREATE INDEX dossier_under_way ON dossier (due_date, reappointed_date) WHERE status IN (2, 4);"},
    /* What one applicant may file once is a table by applicant, so that a dossier lies with the person it is about, divided as all of theirs. */
    {"dossier", 4,
     "ALTER TABLE dossier RENAME TO dossier_whole;"
     "CREATE TABLE dossier ("
     "  person_id id/public NOT NULL, dossier_id id/public NOT NULL, applicant_id id/public NOT NULL,"
     "  code text/personal NOT NULL, procedure_name text/personal NOT NULL, national_code text/public NOT NULL,"
     "  agency_code text/personal NOT NULL, province text/personal NOT NULL, channel int/personal NOT NULL,"
     "  status int/personal NOT NULL, stage int/personal NOT NULL,"
     "  submitted_at time/personal NOT NULL, complete_at time/personal NOT NULL, received_at time/personal NOT NULL,"
     "  finished_at time/personal NOT NULL, closed_at time/personal NOT NULL,"
     "  limit_unit int/public NOT NULL, limit_roll int/public NOT NULL, limit_count int/public NOT NULL,"
     "  limit_cut_off int/public NOT NULL, due_date int/personal NOT NULL, reappointed_date int/personal NOT NULL,"
     "  certificate int/personal NOT NULL, copies int/personal NOT NULL, ban_information int/personal NOT NULL,"
     "  complex int/personal NOT NULL, fee int/personal NOT NULL, support int/personal NOT NULL, payable int/personal NOT NULL,"
     "  rule_hash bytes/public NOT NULL, outcome text/personal NOT NULL, form text/sensitive NOT NULL,"
     "  decision int/sensitive NOT NULL, decider_id id/public NOT NULL, sealer_id id/public NOT NULL,"
     "  document_sha256 bytes/personal, certificate_number text/personal NOT NULL,"
     "  form_key text/personal NOT NULL, content bytes/personal NOT NULL," /* what the form asked for: another content is another form */
     "  PRIMARY KEY (person_id, dossier_id)) HEAP;"
     "INSERT INTO dossier SELECT * FROM dossier_whole;"
     "CREATE TABLE dossier_filing ("
     "  person_id id/public NOT NULL, form_key text/personal NOT NULL," /* the applicant, and the form's key */
     "  subject_id id/public NOT NULL, dossier_id id/public NOT NULL, PRIMARY KEY (person_id, form_key));"
     "INSERT INTO dossier_filing (person_id, form_key, subject_id, dossier_id)"
     "  SELECT applicant_id, form_key, person_id, dossier_id FROM dossier_whole;"
     "DROP TABLE dossier_whole;"
     "CREATE INDEX dossier_agency ON dossier (agency_code, status, due_date);"
     "CREATE INDEX dossier_submitted ON dossier (submitted_at);"
     "CREATE INDEX dossier_under_way ON dossier (due_date, reappointed_date) WHERE status IN (2, 4);"},
    {0},
};

#define DOSSIER_COLUMNS                                                                                               \
  "d.person_id, d.dossier_id, d.applicant_id, d.code, d.procedure_name, d.national_code, d.agency_code, d.province,"  \
  " d.channel, d.status, d.stage, d.submitted_at, d.complete_at, d.received_at, d.finished_at, d.closed_at, "         \
  "d.due_date,"                                                                                                       \
  " d.reappointed_date, d.certificate, d.copies, d.ban_information, d.complex, d.fee, d.support, d.payable, "         \
  "d.rule_hash,"                                                                                                      \
  " d.outcome, d.form, d.decision, d.decider_id, d.sealer_id, d.document_sha256, d.certificate_number, d.limit_unit," \
  " d.limit_roll, d.limit_count, d.limit_cut_off"

static void read_hash(struct slice from, uint8_t to[32]) {
  if (from.len == 32) {
    memcpy(to, from.ptr, 32);
  }
}

static void read_dossier(const struct db_rows *rows, struct arena *arena, struct dossier *ret_dossier) {
  struct dossier d = {
      .person_id = db_int(rows, 0),
      .dossier_id = db_int(rows, 1),
      .applicant_id = db_int(rows, 2),
      .code = db_text_copy(rows, 3, arena),
      .procedure = db_text_copy(rows, 4, arena),
      .national_code = db_text_copy(rows, 5, arena),
      .agency_code = db_text_copy(rows, 6, arena),
      .province = db_text_copy(rows, 7, arena),
      .channel = (enum procedure_channel)db_int(rows, 8),
      .status = (enum dossier_status)db_int(rows, 9),
      .stage = (enum dossier_stage)db_int(rows, 10),
      .submitted_at_ms = db_int(rows, 11),
      .complete_at_ms = db_int(rows, 12),
      .received_at_ms = db_int(rows, 13),
      .finished_at_ms = db_int(rows, 14),
      .closed_at_ms = db_int(rows, 15),
      .due_date = (int32_t)db_int(rows, 16),
      .reappointed_date = (int32_t)db_int(rows, 17),
      .certificate = (int32_t)db_int(rows, 18),
      .copies = db_int(rows, 19),
      .ban_information = db_int(rows, 20) != 0,
      .complex = db_int(rows, 21) != 0,
      .fee = db_int(rows, 22),
      .support = db_int(rows, 23),
      .payable = db_int(rows, 24),
      .outcome = db_text_copy(rows, 26, arena),
      .form = db_text_copy(rows, 27, arena),
      .decision = (enum dossier_decision)db_int(rows, 28),
      .decider_id = db_int(rows, 29),
      .sealer_id = db_int(rows, 30),
      .certificate_number = db_text_copy(rows, 32, arena),
      .limit = {(enum calendar_unit)db_int(rows, 33), (enum calendar_roll)db_int(rows, 34), (int32_t)db_int(rows, 35),
                (int32_t)db_int(rows, 36)},
  };
  read_hash(db_bytes(rows, 25), d.rule_hash);
  read_hash(db_bytes(rows, 31), d.document_sha256);
  *ret_dossier = d;
}

static bool hash_is_set(const uint8_t hash[32]) {
  for (int i = 0; i < 32; i++) {
    if (hash[i] != 0) {
      return true;
    }
  }
  return false;
}

static struct db_value document_value(const struct dossier *d) {
  return hash_is_set(d->document_sha256) ? db_of_bytes(slice_of(d->document_sha256, 32)) : db_of_null();
}

result dossier_store_insert(struct db_tx *tx, const struct dossier *d, struct slice form_key,
                            const uint8_t content[32]) {
  TRY(db_run(tx, "INSERT INTO dossier_code (code, person_id, dossier_id) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_text(d->code), db_of_int(d->person_id), db_of_int(d->dossier_id)), NULL));
  TRY(db_run(tx, "INSERT INTO dossier_filing (person_id, form_key, subject_id, dossier_id) VALUES ($1, $2, $3, $4)",
             DB_ARGS(db_of_int(d->applicant_id), db_of_text(form_key), db_of_int(d->person_id), db_of_int(d->dossier_id)), NULL));
  return db_run(
      tx,
      "INSERT INTO dossier (person_id, dossier_id, applicant_id, code, procedure_name, national_code, agency_code, "
      "province,"
      " channel, status, stage, submitted_at, complete_at, received_at, finished_at, closed_at, due_date, "
      "reappointed_date,"
      " certificate, copies, ban_information, complex, fee, support, payable, rule_hash, outcome, form, decision, "
      "decider_id,"
      " sealer_id, document_sha256, certificate_number, limit_unit, limit_roll, limit_count, limit_cut_off, form_key, "
      "content) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
      " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, "
      "$37, $38, $39)",
      DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id), db_of_int(d->applicant_id), db_of_text(d->code),
              db_of_text(d->procedure), db_of_text(d->national_code), db_of_text(d->agency_code),
              db_of_text(d->province), db_of_int(d->channel), db_of_int(d->status), db_of_int(d->stage),
              db_of_int(d->submitted_at_ms), db_of_int(d->complete_at_ms), db_of_int(d->received_at_ms),
              db_of_int(d->finished_at_ms), db_of_int(d->closed_at_ms), db_of_int(d->due_date),
              db_of_int(d->reappointed_date), db_of_int(d->certificate), db_of_int(d->copies),
              db_of_int(d->ban_information), db_of_int(d->complex), db_of_int(d->fee), db_of_int(d->support),
              db_of_int(d->payable), db_of_bytes(slice_of(d->rule_hash, 32)), db_of_text(d->outcome),
              db_of_text(d->form), db_of_int(d->decision), db_of_int(d->decider_id), db_of_int(d->sealer_id),
              document_value(d), db_of_text(d->certificate_number), db_of_int(d->limit.unit), db_of_int(d->limit.roll),
              db_of_int(d->limit.count), db_of_int(d->limit.cut_off_ms), db_of_text(form_key),
              db_of_bytes(slice_of(content, 32))),
      NULL);
}

result dossier_store_update(struct db_tx *tx, const struct dossier *d) {
  return db_run(
      tx,
      "UPDATE dossier SET status = $3, stage = $4, complete_at = $5, received_at = $6, finished_at = $7, closed_at = "
      "$8,"
      " due_date = $9, reappointed_date = $10, decision = $11, decider_id = $12, sealer_id = $13,"
      " document_sha256 = $14, certificate_number = $15 WHERE person_id = $1 AND dossier_id = $2",
      DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id), db_of_int(d->status), db_of_int(d->stage),
              db_of_int(d->complete_at_ms), db_of_int(d->received_at_ms), db_of_int(d->finished_at_ms),
              db_of_int(d->closed_at_ms), db_of_int(d->due_date), db_of_int(d->reappointed_date), db_of_int(d->decision), db_of_int(d->decider_id), db_of_int(d->sealer_id), document_value(d),
              db_of_text(d->certificate_number)),
      NULL);
}

result dossier_store_extension(struct db_tx *tx, const struct dossier *d) {
  return db_run(tx,
                "UPDATE dossier SET complex = $3, outcome = $4, limit_unit = $5, limit_roll = $6, limit_count = $7,"
                " limit_cut_off = $8 WHERE person_id = $1 AND dossier_id = $2",
                DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id), db_of_int(d->complex), db_of_text(d->outcome),
                        db_of_int(d->limit.unit), db_of_int(d->limit.roll), db_of_int(d->limit.count),
                        db_of_int(d->limit.cut_off_ms)),
                NULL);
}

/* A counter's next number. Three statements in place of one INSERT ... ON CONFLICT ... RETURNING, which costs more than
 * two of them: every submission counts. */
struct counter {
  const char *read;
  const char *raise;
  const char *begin;
  struct slice agency_code;
  int64_t period;
};

static result counter_next(struct db_tx *tx, const struct counter *counter, int64_t *ret_number) {
  struct db_value agency = db_of_text(counter->agency_code);
  struct db_value period = db_of_int(counter->period);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, counter->read, DB_ARGS(agency, period), &rows));
  *ret_number = db_rows_next(&rows) ? db_int(&rows, 0) + 1 : 1;
  TRY(rows.status);
  db_rows_close(&rows);
  return *ret_number == 1 ? db_run(tx, counter->begin, DB_ARGS(agency, period), NULL)
                          : db_run(tx, counter->raise, DB_ARGS(agency, period, db_of_int(*ret_number)), NULL);
}

result dossier_store_code_next(struct db_tx *tx, struct arena *arena, struct slice agency_code, int32_t date,
                               struct slice *ret_code) {
  const struct counter serials = {
      .read = "SELECT last FROM dossier_serial WHERE agency_code = $1 AND day = $2",
      .raise = "UPDATE dossier_serial SET last = $3 WHERE agency_code = $1 AND day = $2",
      .begin = "INSERT INTO dossier_serial (agency_code, day, last) VALUES ($1, $2, 1)",
      .agency_code = agency_code,
      .period = date,
  };
  struct dossier_code code = {.agency = agency_code, .date = date};
  TRY(counter_next(tx, &serials, &code.serial));
  *ret_code = dossier_code_write(arena, &code);
  return OK;
}

result dossier_store_number_next(struct db_tx *tx, struct slice agency_code, int16_t year, int64_t *ret_serial) {
  const struct counter numbers = {
      .read = "SELECT last FROM dossier_number WHERE agency_code = $1 AND year = $2",
      .raise = "UPDATE dossier_number SET last = $3 WHERE agency_code = $1 AND year = $2",
      .begin = "INSERT INTO dossier_number (agency_code, year, last) VALUES ($1, $2, 1)",
      .agency_code = agency_code,
      .period = year,
  };
  return counter_next(tx, &numbers, ret_serial);
}

result dossier_load(struct db_tx *tx, struct arena *arena, struct slice code, struct dossier *ret_dossier) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx,
                        "SELECT " DOSSIER_COLUMNS
                        " FROM dossier_code c JOIN dossier d ON d.person_id = c.person_id AND"
                        " d.dossier_id = c.dossier_id WHERE c.code = $1",
                        DB_ARGS(db_of_text(code)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(DOSSIER_UNKNOWN, "no dossier with that code");
  }
  TRY(found);
  read_dossier(&rows, arena, ret_dossier);
  return OK;
}

result dossier_store_form_find(struct db_tx *tx, struct arena *arena, const struct dossier_store_form *form,
                               bool *ret_found, struct dossier *ret_dossier) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " DOSSIER_COLUMNS ", d.content FROM dossier_filing f JOIN dossier d ON d.person_id = f.subject_id"
               " AND d.dossier_id = f.dossier_id WHERE f.person_id = $1 AND f.form_key = $2",
               DB_ARGS(db_of_int(form->applicant_id), db_of_text(form->key)), &rows));
  *ret_found = db_rows_next(&rows);
  TRY(rows.status);
  if (!*ret_found) {
    return OK;
  }
  if (!slice_eq(db_bytes(&rows, 37), slice_of(form->content, 32))) {
    FAIL(DOSSIER_FORM_KEY_DIFFERS, "form key used for another content");
  }
  read_dossier(&rows, arena, ret_dossier);
  return OK;
}

result dossier_store_open_exists(struct db_tx *tx, const struct dossier *d, bool *ret_exists) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT 1 FROM dossier WHERE person_id = $1 AND procedure_name = $2 AND certificate = $3 AND status IN "
               "(1, 2, 4, 5, 6)"
               " LIMIT 1",
               DB_ARGS(db_of_int(d->person_id), db_of_text(d->procedure), db_of_int(d->certificate)), &rows));
  *ret_exists = db_rows_next(&rows);
  return rows.status;
}

/* Grows by doubling: lists are short, and the arena takes the old one back with everything else. */
static void *list_grow(struct arena *arena, const void *list, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) {
    return (void *)(uintptr_t)list;
  }
  *capacity = *capacity ? *capacity * 2 : 8;
  void *grown = arena_alloc_array(arena, *capacity, size);
  if (count > 0) {
    memcpy(grown, list, count * size);
  }
  return grown;
}

/* What the cursor holds, to its end. */
static result read_list(struct db_rows *rows, struct arena *arena, struct dossier **ret_dossiers, size_t *ret_count) {
  struct dossier *list = NULL;
  size_t count = 0;
  size_t capacity = 0;
  while (db_rows_next(rows)) {
    list = list_grow(arena, list, count, &capacity, sizeof *list);
    read_dossier(rows, arena, &list[count++]);
  }
  TRY(rows->status);
  *ret_dossiers = list;
  *ret_count = count;
  return OK;
}

result dossier_latest(struct db_tx *tx, struct arena *arena, size_t limit, struct dossier **ret_dossiers,
                      size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " DOSSIER_COLUMNS " FROM dossier d ORDER BY d.dossier_id DESC LIMIT $1",
               DB_ARGS(db_of_int((int64_t)limit)), &rows));
  return read_list(&rows, arena, ret_dossiers, ret_count);
}

result dossier_list(struct db_tx *tx, struct arena *arena, const struct dossier_list_question *question,
                    struct dossier **ret_dossiers, size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  int64_t before_ms = question->before_id ? question->before_ms : INT64_MAX;
  TRY(db_query(tx,
               "SELECT " DOSSIER_COLUMNS
               " FROM dossier d WHERE d.person_id = $1 AND (d.submitted_at, d.dossier_id) < ($2, $3)"
               " UNION ALL SELECT " DOSSIER_COLUMNS
               " FROM dossier_filing f JOIN dossier d ON d.person_id = f.subject_id AND d.dossier_id = f.dossier_id"
               " WHERE f.person_id = $1 AND f.subject_id <> $1 AND (d.submitted_at, d.dossier_id) < ($2, $3)"
               " ORDER BY 12 DESC, 2 DESC LIMIT $4",
               DB_ARGS(db_of_int(question->person_id), db_of_int(before_ms), db_of_int(question->before_id),
                       db_of_int((int64_t)question->limit)),
               &rows));
  return read_list(&rows, arena, ret_dossiers, ret_count);
}

#define OPEN_STATUSES "(1, 2, 4, 5, 6)" /* every status that is not an end */

/* Not LIKE: its case and its escapes differ between the engines. */
#define HAS_CODE_PART " AND ($2 = '' OR REPLACE(d.code, $2, '') <> d.code)"

/* What has no due date yet comes last: set_place. */
#define DUE_ORDER "CASE WHEN d.due_date = 0 THEN 2147483647 ELSE d.due_date END"

static const struct queue_view {
  const char *sql;
  int64_t start[DOSSIER_QUEUE_KEYS]; /* before every row */
} queue_views[] = {
    {"SELECT " DOSSIER_COLUMNS " FROM dossier d WHERE d.agency_code = $1 AND d.status IN " OPEN_STATUSES HAS_CODE_PART
     " AND (" DUE_ORDER ", d.submitted_at, d.dossier_id) > ($3, $4, $5)"
     " ORDER BY " DUE_ORDER ", d.submitted_at, d.dossier_id LIMIT $6",
     {-1, 0, 0}},
    {"SELECT " DOSSIER_COLUMNS " FROM dossier d WHERE d.agency_code = $1 AND d.status NOT IN " OPEN_STATUSES HAS_CODE_PART
     " AND (CAST(0 AS BIGINT), d.submitted_at, d.dossier_id) < ($3, $4, $5)"
     " ORDER BY d.submitted_at DESC, d.dossier_id DESC LIMIT $6",
     {1, 0, 0}},
};

static void set_place(const struct dossier *d, bool closed, int64_t place[DOSSIER_QUEUE_KEYS]) {
  place[0] = closed ? 0 : d->due_date != 0 ? d->due_date : INT32_MAX;
  place[1] = d->submitted_at_ms;
  place[2] = d->dossier_id;
}

result dossier_queue(struct db_tx *tx, struct arena *arena, const struct dossier_queue_question *question,
                     struct dossier_queue_row **ret_rows, size_t *ret_count) {
  const struct queue_view *view = &queue_views[question->closed];
  const int64_t *after = question->after != NULL ? question->after : view->start;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, view->sql,
               DB_ARGS(db_of_text(question->agency_code), db_of_text(question->code_part), db_of_int(after[0]),
                       db_of_int(after[1]), db_of_int(after[2]), db_of_int((int64_t)question->limit)),
               &rows));
  struct dossier_queue_row *list = NULL;
  size_t count = 0;
  size_t capacity = 0;
  while (db_rows_next(&rows)) {
    list = list_grow(arena, list, count, &capacity, sizeof *list);
    struct dossier_queue_row *row = &list[count++];
    read_dossier(&rows, arena, &row->dossier);
    set_place(&row->dossier, question->closed, row->place);
  }
  TRY(rows.status);
  for (size_t i = 0; i < count; i++) {
    struct register_person person;
    TRY(register_person_load(tx, arena, list[i].dossier.person_id, &person));
    list[i].person_name = person.name;
  }
  *ret_rows = list;
  *ret_count = count;
  return OK;
}

result dossier_queue_count(struct db_tx *tx, struct slice agency_code, int32_t today,
                           struct dossier_queue_counts *ret_counts) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct dossier_queue_counts counts = {0};
  int32_t soon = calendar_add_working_days(today, 1);
  TRY(db_query(tx,
               "SELECT d.due_date, count(*) FROM dossier d WHERE d.agency_code = $1 AND d.status IN " OPEN_STATUSES
               " GROUP BY d.due_date",
               DB_ARGS(db_of_text(agency_code)), &rows));
  while (db_rows_next(&rows)) {
    int32_t due = (int32_t)db_int(&rows, 0);
    int64_t dossiers = db_int(&rows, 1);
    bool is_overdue = due != 0 && calendar_lateness(due, today) > 0;
    counts.open += dossiers;
    counts.overdue += is_overdue ? dossiers : 0;
    counts.due_soon += due != 0 && !is_overdue && due <= soon ? dossiers : 0;
  }
  TRY(rows.status);
  *ret_counts = counts;
  return OK;
}

result dossier_store_move_insert(struct env *env, struct db_tx *tx, const struct dossier *d,
                                 const struct dossier_move *m) {
  return db_run(
      tx,
      "INSERT INTO dossier_move (person_id, dossier_id, move_id, at, from_status, to_status, actor_id, act, role, desk,"
      " legal_basis, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id), db_of_int(env_id_new(env)), db_of_int(m->at_ms),
              db_of_int(m->from), db_of_int(m->to), db_of_int(m->actor_id), db_of_text(m->act), db_of_text(m->role),
              db_of_text(m->desk), db_of_text(m->legal_basis), db_of_text(m->note)),
      NULL);
}

result dossier_moves(struct db_tx *tx, struct arena *arena, const struct dossier *d, struct dossier_move **ret_moves,
                     size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT at, from_status, to_status, actor_id, act, role, desk, legal_basis, note FROM dossier_move"
               " WHERE person_id = $1 AND dossier_id = $2 ORDER BY at, move_id",
               DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id)), &rows));
  struct dossier_move *list = NULL;
  size_t count = 0;
  size_t capacity = 0;
  while (db_rows_next(&rows)) {
    list = list_grow(arena, list, count, &capacity, sizeof *list);
    list[count++] = (struct dossier_move){
        .at_ms = db_int(&rows, 0),
        .from = (enum dossier_status)db_int(&rows, 1),
        .to = (enum dossier_status)db_int(&rows, 2),
        .actor_id = db_int(&rows, 3),
        .act = db_text_copy(&rows, 4, arena),
        .role = db_text_copy(&rows, 5, arena),
        .desk = db_text_copy(&rows, 6, arena),
        .legal_basis = db_text_copy(&rows, 7, arena),
        .note = db_text_copy(&rows, 8, arena),
    };
  }
  TRY(rows.status);
  *ret_moves = list;
  *ret_count = count;
  return OK;
}

result dossier_store_slip_insert(struct env *env, struct db_tx *tx, const struct dossier *d,
                                 const struct dossier_slip *slip) {
  return db_run(tx,
                "INSERT INTO dossier_slip (person_id, dossier_id, slip_id, kind, at, body, day) VALUES ($1, $2, $3, "
                "$4, $5, $6, $7)",
                DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id), db_of_int(env_id_new(env)),
                        db_of_int(slip->kind), db_of_int(slip->at_ms), db_of_text(slip->text), db_of_int(slip->date)),
                NULL);
}

result dossier_slips(struct db_tx *tx, struct arena *arena, const struct dossier *d, struct dossier_slip **ret_slips,
                     size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx, "SELECT kind, at, body, day FROM dossier_slip WHERE person_id = $1 AND dossier_id = $2 ORDER BY at, slip_id",
      DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id)), &rows));
  struct dossier_slip *list = NULL;
  size_t count = 0;
  size_t capacity = 0;
  while (db_rows_next(&rows)) {
    list = list_grow(arena, list, count, &capacity, sizeof *list);
    list[count++] = (struct dossier_slip){
        .kind = (enum dossier_slip_kind)db_int(&rows, 0),
        .at_ms = db_int(&rows, 1),
        .text = db_text_copy(&rows, 2, arena),
        .date = (int32_t)db_int(&rows, 3),
    };
  }
  TRY(rows.status);
  *ret_slips = list;
  *ret_count = count;
  return OK;
}

result dossier_store_paper_request_insert(struct env *env, struct db_tx *tx, const struct dossier *d,
                                          const struct dossier_paper_request *r) {
  return db_run(tx,
                "INSERT INTO dossier_paper_request (person_id, dossier_id, request_id, at, component, reason, role)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id), db_of_int(env_id_new(env)),
                        db_of_int(r->at_ms), db_of_text(r->component), db_of_text(r->reason), db_of_text(r->role)),
                NULL);
}

result dossier_paper_requests(struct db_tx *tx, struct arena *arena, const struct dossier *d,
                              struct dossier_paper_request **ret_requests, size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT at, component, reason, role FROM dossier_paper_request WHERE person_id = $1 AND dossier_id = $2"
               " ORDER BY at, request_id",
               DB_ARGS(db_of_int(d->person_id), db_of_int(d->dossier_id)), &rows));
  struct dossier_paper_request *list = NULL;
  size_t count = 0;
  size_t capacity = 0;
  while (db_rows_next(&rows)) {
    list = list_grow(arena, list, count, &capacity, sizeof *list);
    list[count++] = (struct dossier_paper_request){
        .at_ms = db_int(&rows, 0),
        .component = db_text_copy(&rows, 1, arena),
        .reason = db_text_copy(&rows, 2, arena),
        .role = db_text_copy(&rows, 3, arena),
    };
  }
  TRY(rows.status);
  *ret_requests = list;
  *ret_count = count;
  return OK;
}
