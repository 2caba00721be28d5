/* dossier/remind.c: enrolments that come due. The officers who can approve are reminded once before and once on the day; the applicant is told once on
 * the day, so that nobody waits without a word [Decree 69/2024 Art 13]. */
#include "dossier/enrolment.h"

enum { REMIND_BEFORE = 1, REMIND_DUE, ROUND_MAX = 200, OFFICERS_MAX = 50 };

struct reminding {
  struct env *env;
  struct arena *arena;
  int64_t count;
};

struct due {
  int64_t person_id, dossier_id, applicant_id;
  struct slice code, agency;
  int32_t due_date;
};

static result tell_officers(struct reminding *r, struct db_tx *tx, const struct due *due, int kind) {
  int32_t today = clock_date_of(clock_now_ms(r->env->clock));
  struct register_post_list posts;
  TRY(register_posts_of_agency(tx, r->arena, due->agency, today, &posts));
  struct slice text = arena_printf(r->arena, "Hồ sơ định danh %.*s %s (%.*s). Đề nghị giải quyết.", SLICE_ARG(due->code),
                                   kind == REMIND_DUE ? "đến hạn hôm nay" : "sắp đến hạn", SLICE_ARG(clock_date_write_vi(r->arena, due->due_date)));
  for (size_t i = 0; i < posts.count && i < OFFICERS_MAX; i++) {
    int64_t officer_id = 0;
    if (posts.items[i].role != REGISTER_APPROVER || !is_ok(register_post_holder(tx, posts.items[i].post_id, today, &officer_id))) {
      continue;
    }
    TRY(account_notify(r->env, tx, &(const struct account_notice){.person_id = officer_id, .purpose = S("enrolment_due"), .text = text}));
  }
  return OK;
}

static result remind_one(struct reminding *r, struct db_tx *tx, const struct due *due, int kind) {
  int64_t added = 0;
  TRY(db_run(tx, "INSERT INTO dossier_reminder (person_id, dossier_id, kind, at) VALUES ($1, $2, $3, $4)",
             DB_ARGS(db_of_int(due->person_id), db_of_int(due->dossier_id), db_of_int(kind), db_of_int(clock_now_ms(r->env->clock))), &added));
  TRY(tell_officers(r, tx, due, kind));
  r->count++;
  if (kind == REMIND_BEFORE) {
    return OK;
  }
  struct slice text = arena_printf(r->arena, "Hồ sơ định danh điện tử %.*s đến hạn hôm nay; chúng tôi đã nhắc cơ quan giải quyết.", SLICE_ARG(due->code));
  return account_notify(r->env, tx, &(const struct account_notice){.person_id = due->applicant_id, .purpose = S("enrolment_due"), .text = text});
}

/* Due from one day to another, both included. */
struct window {
  int32_t from, to;
  int kind;
};

/* Open enrolments of that time that have not had that reminder yet. */
static result load_due(struct reminding *r, struct db_tx *tx, const struct window *window, struct due **ret_due, size_t *ret_count) {
  struct due *items = ARENA_ARRAY(r->arena, struct due, ROUND_MAX);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT d.person_id, d.dossier_id, d.applicant_id, d.code, d.agency_code, d.due_date FROM dossier d"
               " WHERE d.status = 4 AND d.certificate = 0 AND d.due_date >= $1 AND d.due_date <= $2 AND NOT EXISTS (SELECT 1 FROM dossier_reminder m"
               " WHERE m.person_id = d.person_id AND m.dossier_id = d.dossier_id AND m.kind = $3) ORDER BY d.due_date LIMIT 200",
               DB_ARGS(db_of_int(window->from), db_of_int(window->to), db_of_int(window->kind)), &rows));
  while (count < ROUND_MAX && db_rows_next(&rows)) {
    items[count++] = (struct due){db_int(&rows, 0),           db_int(&rows, 1),           db_int(&rows, 2),
                                  db_text_copy(&rows, 3, r->arena), db_text_copy(&rows, 4, r->arena), (int32_t)db_int(&rows, 5)};
  }
  TRY(rows.status);
  *ret_due = items;
  *ret_count = count;
  return OK;
}

static result remind_kind(struct reminding *r, struct db_tx *tx, const struct window *window) {
  struct due *due = NULL;
  size_t count = 0;
  TRY(load_due(r, tx, window, &due, &count));
  for (size_t i = 0; i < count; i++) {
    TRY(remind_one(r, tx, &due[i], window->kind));
  }
  return OK;
}

static result remind(struct db_tx *tx, void *arg) {
  struct reminding *r = arg;
  r->count = 0;
  int32_t today = clock_date_of(clock_now_ms(r->env->clock));
  if (!calendar_is_working_day(today)) {
    return OK; /* nobody is there to be reminded */
  }
  int32_t next = today + 1;
  while (!calendar_is_working_day(next)) {
    next++;
  }
  TRY(remind_kind(r, tx, &(const struct window){today + 1, next, REMIND_BEFORE}));
  return remind_kind(r, tx, &(const struct window){today - 30, today, REMIND_DUE}); /* a server that stood still reminds late rather than never */
}

result dossier_remind(struct env *env) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct reminding r = {.env = env, .arena = &arena};
  return db_write(env->db, remind, &r);
}
