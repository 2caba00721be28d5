/* Posts, who holds them, and what a post may do. */
#include "base/buf.h"
#include "register/agencies.h"

/* The agency's row is the one in force on the day asked for, $2. */
#define POST_FROM \
  " p.post_id, p.agency_code, p.unit_code, p.role, p.title_vi, p.title_en, a.province, a.name_vi, a.name_en"
#define POST_AGENCY " JOIN agency a ON a.agency_code = p.agency_code AND a.from_date <= $2 AND a.to_date >= $2 "
#define POST_LASTS " p.from_date <= $2 AND p.to_date >= $2 "

static struct register_post post_read(struct db_rows *rows, struct arena *arena) {
  return (struct register_post){
      .post_id = db_int(rows, 0),
      .agency_code = db_text_copy(rows, 1, arena),
      .unit_code = db_text_copy(rows, 2, arena),
      .role = (enum register_role)db_int(rows, 3),
      .title_vi = db_text_copy(rows, 4, arena),
      .title_en = db_text_copy(rows, 5, arena),
      .province = db_text_copy(rows, 6, arena),
      .agency_name_vi = db_text_copy(rows, 7, arena),
      .agency_name_en = db_text_copy(rows, 8, arena),
      .from = (int32_t)db_int(rows, 9),
      .to = (int32_t)db_int(rows, 10),
  };
}

static result posts_read(struct db_tx *tx, struct arena *arena, const char *sql, struct db_args args,
                         struct register_post_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, sql, args, &rows));
  struct buf items;
  buf_init(&items, arena, 0);
  size_t count = 0;
  while (db_rows_next(&rows)) {
    struct register_post post = post_read(&rows, arena);
    buf_append(&items, slice_of(&post, sizeof post));
    count++;
  }
  TRY(rows.status);
  *ret_list = (struct register_post_list){(const struct register_post *)(const void *)items.ptr, count};
  return OK;
}

result register_post_load(struct db_tx *tx, struct arena *arena, int64_t post_id, int32_t on,
                          struct register_post *ret_post) {
  struct register_post_list list;
  TRY(posts_read(tx, arena,
                 "SELECT" POST_FROM ", p.from_date, p.to_date FROM post p" POST_AGENCY
                 "WHERE p.post_id = $1 AND" POST_LASTS,
                 DB_ARGS(db_of_int(post_id), db_of_int(on)), &list));
  if (list.count == 0) {
    FAIL(REGISTER_POST_UNKNOWN, "no such post on that date");
  }
  *ret_post = list.items[0];
  return OK;
}

result register_posts_of_person(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                struct register_post_list *ret_list) {
  return posts_read(
      tx, arena,
      "SELECT" POST_FROM ", h.from_date, h.to_date FROM post_holder h JOIN post p ON p.post_id = h.post_id" POST_AGENCY
      "WHERE h.person_id = $1 AND h.from_date <= $2 AND h.to_date >= $2 AND" POST_LASTS "ORDER BY p.post_id",
      DB_ARGS(db_of_int(person_id), db_of_int(on)), ret_list);
}

/* A row a holding, one of nothing but the person where there is none; a post that has ended, or whose agency has, is none. */
static const char bearer_sql[] =
    "SELECT" POST_FROM ", h.from_date, h.to_date, w.pin, w.name,"
    " (SELECT COUNT(*) FROM person_category c WHERE c.person_id = w.person_id AND c.category = $3 AND c.from_date <= $2 AND c.to_date >= $2),"
    " w.card_expires, a.agency_code FROM person w"
    " LEFT JOIN post_holder h ON h.person_id = w.person_id AND h.from_date <= $2 AND h.to_date >= $2"
    " LEFT JOIN post p ON p.post_id = h.post_id AND" POST_LASTS "LEFT" POST_AGENCY "WHERE w.person_id = $1 ORDER BY p.post_id";
enum { BEARER_PIN = 11, BEARER_NAME, BEARER_DIGITAL, BEARER_CARD, BEARER_AGENCY };

result register_bearer_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, struct register_bearer *ret_bearer) {
  struct register_bearer bearer = {0};
  struct buf posts;
  buf_init(&posts, arena, 0);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, bearer_sql, DB_ARGS(db_of_int(person_id), db_of_int(on), db_of_int(REGISTER_CATEGORY_DIGITAL_CITIZEN)), &rows));
  while (db_rows_next(&rows)) {
    if (slice_empty(bearer.pin)) {
      bearer.pin = arena_printf(arena, "%012lld", (long long)db_int(&rows, BEARER_PIN));
      bearer.name = db_text_copy(&rows, BEARER_NAME, arena);
      bearer.is_digital_citizen = db_int(&rows, BEARER_DIGITAL) > 0;
      bearer.card_expires = db_is_null(&rows, BEARER_CARD) ? REGISTER_OPEN : (int32_t)db_int(&rows, BEARER_CARD);
    }
    if (db_is_null(&rows, 0) || db_is_null(&rows, BEARER_AGENCY)) {
      continue;
    }
    struct register_post post = post_read(&rows, arena);
    buf_append(&posts, slice_of(&post, sizeof post));
    bearer.posts.count++;
  }
  TRY(rows.status);
  if (slice_empty(bearer.pin)) {
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody has that number");
  }
  bearer.posts.items = (const struct register_post *)(const void *)posts.ptr;
  *ret_bearer = bearer;
  return OK;
}

result register_posts_of_agency(struct db_tx *tx, struct arena *arena, struct slice agency_code, int32_t on,
                                struct register_post_list *ret_list) {
  return posts_read(tx, arena,
                    "SELECT" POST_FROM ", p.from_date, p.to_date FROM post p" POST_AGENCY
                    "WHERE p.agency_code = $1 AND" POST_LASTS "ORDER BY p.post_id",
                    DB_ARGS(db_of_text(agency_code), db_of_int(on)), ret_list);
}

result register_post_holder(struct db_tx *tx, int64_t post_id, int32_t on, int64_t *ret_person_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT person_id FROM post_holder WHERE post_id = $1 AND from_date <= $2 AND to_date >= $2 ORDER BY "
               "from_date DESC LIMIT 1",
               DB_ARGS(db_of_int(post_id), db_of_int(on)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_POST_UNKNOWN, "nobody holds that post on that date");
  }
  *ret_person_id = db_int(&rows, 0);
  return OK;
}

result register_post_has_power(struct db_tx *tx, int64_t post_id, enum register_power power, int32_t on,
                               bool *ret_has) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx,
             "SELECT COUNT(*) FROM post_power WHERE post_id = $1 AND power = $2 AND from_date <= $3 AND to_date >= $3",
             DB_ARGS(db_of_int(post_id), db_of_int(power), db_of_int(on)), &rows));
  *ret_has = db_int(&rows, 0) > 0;
  return OK;
}

result register_agencies_insert_post(struct db_tx *tx, const struct register_post *post) {
  return db_run(tx,
                "INSERT INTO post (post_id, agency_code, unit_code, role, title_vi, title_en, from_date, to_date) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                DB_ARGS(db_of_int(post->post_id), db_of_text(post->agency_code), db_of_text_or_null(post->unit_code),
                        db_of_int(post->role), db_of_text(post->title_vi), db_of_text(post->title_en),
                        db_of_int(post->from), db_of_int(post->to)),
                NULL);
}

result register_agencies_insert_power(struct db_tx *tx, const struct register_post_power *power) {
  return db_run(
      tx, "INSERT INTO post_power (post_id, power, from_date, to_date) VALUES ($1, $2, $3, $4)",
      DB_ARGS(db_of_int(power->post_id), db_of_int(power->power), db_of_int(power->from), db_of_int(power->to)), NULL);
}

result register_agencies_insert_holding(struct db_tx *tx, const struct register_holding *holding) {
  return db_run(tx, "INSERT INTO post_holder (person_id, post_id, from_date, to_date) VALUES ($1, $2, $3, $4)",
                DB_ARGS(db_of_int(holding->person_id), db_of_int(holding->post_id), db_of_int(holding->from),
                        db_of_int(holding->to)),
                NULL);
}

result register_post_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                         struct register_post *post) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_agency agency;
  TRY(register_agency_load(tx, &scratch, post->agency_code, post->from, &agency));
  if (!register_role_name(post->role) || post->title_vi.len == 0 || !register_people_text_is_fine(post->title_vi)) {
    FAIL(REGISTER_TEXT_SYNTAX, "a post has a role and a title");
  }
  if (post->to < post->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COALESCE(MAX(post_id), 0) + 1 FROM post", DB_NO_ARGS, &rows));
  post->post_id = db_int(&rows, 0);
  db_rows_close(&rows);
  TRY(register_agencies_insert_post(tx, post));
  struct agencies_note note = {.kind = "register.post_added",
                               .code = post->agency_code,
                               .post_id = post->post_id,
                               .number = post->role,
                               .from = post->from,
                               .to = post->to};
  return register_agencies_record(env, tx, act, &note);
}

result register_post_assign(struct env *env, struct db_tx *tx, const struct register_act *act,
                            const struct register_holding *holding) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_post post;
  struct register_person person;
  TRY(register_post_load(tx, &scratch, holding->post_id, holding->from, &post));
  TRY(register_person_load(tx, &scratch, holding->person_id, &person));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(
      tx,
      "SELECT COUNT(*) FROM post_holder WHERE person_id = $1 AND post_id = $2 AND from_date <= $4 AND to_date >= $3",
      DB_ARGS(db_of_int(holding->person_id), db_of_int(holding->post_id), db_of_int(holding->from),
              db_of_int(holding->to)),
      &rows));
  if (holding->to < holding->from || db_int(&rows, 0) > 0) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins, or is held at that time already");
  }
  db_rows_close(&rows);
  TRY(register_agencies_insert_holding(tx, holding));
  struct agencies_note note = {.kind = "register.post_assigned",
                               .person_id = holding->person_id,
                               .code = post.agency_code,
                               .post_id = holding->post_id,
                               .number = post.role,
                               .from = holding->from,
                               .to = holding->to};
  return register_agencies_record(env, tx, act, &note);
}

result register_post_leave(struct env *env, struct db_tx *tx, const struct register_act *act,
                           const struct register_holding *holding, int32_t last_day) {
  int64_t changed = 0;
  TRY(db_run(tx,
             "UPDATE post_holder SET to_date = $4 WHERE person_id = $1 AND post_id = $2 AND from_date = $3 AND to_date "
             "> $4 AND "
             "from_date <= $4",
             DB_ARGS(db_of_int(holding->person_id), db_of_int(holding->post_id), db_of_int(holding->from),
                     db_of_int(last_day)),
             &changed));
  if (changed == 0) {
    FAIL(REGISTER_POST_UNKNOWN, "the post is not held on that date");
  }
  struct agencies_note note = {.kind = "register.post_left",
                               .person_id = holding->person_id,
                               .post_id = holding->post_id,
                               .from = holding->from,
                               .to = last_day};
  return register_agencies_record(env, tx, act, &note);
}

result register_power_grant(struct env *env, struct db_tx *tx, const struct register_act *act,
                            const struct register_post_power *granted) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_post post;
  TRY(register_post_load(tx, &scratch, granted->post_id, granted->from, &post));
  if (!register_power_name(granted->power) || granted->to < granted->from) {
    FAIL(REGISTER_DATES_WRONG, "a power has a name and dates in order");
  }
  TRY(register_agencies_insert_power(tx, granted));
  struct agencies_note note = {.kind = "register.power_granted",
                               .code = post.agency_code,
                               .post_id = granted->post_id,
                               .number = granted->power,
                               .from = granted->from,
                               .to = granted->to};
  return register_agencies_record(env, tx, act, &note);
}
