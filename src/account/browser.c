/* Browsers a person has signed in with. A new one is told to the holder on another way than the one that signed in [SP800-63B-4 4.6 SHALL]. */
#include "account/life.h"
#include "account/session.h"

enum { BROWSERS_A_PERSON = 20 };

static bool has_mark(struct slice agent, const char *mark) { return memmem(agent.ptr, agent.len, mark, strlen(mark)) != NULL; }

struct slice account_agent_name(struct arena *arena, struct slice agent, bool english) {
  static const struct {
    const char *mark, *name;
  } browsers[] = {{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"coc_coc", "Cốc Cốc"}, {"Firefox", "Firefox"},
                  {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}, {"Danh/", "Danh"}},
    systems[] = {{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}};
  const char *browser = NULL;
  const char *system = NULL;
  for (size_t i = 0; i < sizeof browsers / sizeof *browsers && browser == NULL; i++) {
    browser = has_mark(agent, browsers[i].mark) ? browsers[i].name : NULL;
  }
  for (size_t i = 0; i < sizeof systems / sizeof *systems && system == NULL; i++) {
    system = has_mark(agent, systems[i].mark) ? systems[i].name : NULL;
  }
  if (browser == NULL && system == NULL) {
    return english ? S("an unknown device") : S("thiết bị chưa rõ");
  }
  if (browser == NULL || system == NULL) {
    return slice_str(browser != NULL ? browser : system);
  }
  return arena_printf(arena, english ? "%s on %s" : "%s trên %s", browser, system);
}

static result is_known(struct env *env, struct db_tx *tx, int64_t person_id, struct slice hash, bool *ret_known) {
  int64_t seen_at = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT seen_at FROM account_browser WHERE person_id = $1 AND browser_hash = $2", DB_ARGS(db_of_int(person_id), db_of_bytes(hash)), &rows));
    *ret_known = db_rows_next(&rows);
    seen_at = *ret_known ? db_int(&rows, 0) : 0;
    TRY(rows.status);
  }
  /* once a day is enough to know which ones are in use */
  if (!*ret_known || clock_now_ms(env->clock) - seen_at < CLOCK_DAY_MS) {
    return OK;
  }
  return db_run(tx, "UPDATE account_browser SET seen_at = $3 WHERE person_id = $1 AND browser_hash = $2",
                DB_ARGS(db_of_int(person_id), db_of_bytes(hash), db_of_int(clock_now_ms(env->clock))), NULL);
}

static result remember(struct env *env, struct db_tx *tx, int64_t person_id, struct slice hash, bool *ret_first) {
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT 1 FROM account_browser WHERE person_id = $1 LIMIT 1", DB_ARGS(db_of_int(person_id)), &rows));
    *ret_first = !db_rows_next(&rows);
    TRY(rows.status);
  }
  TRY(db_run(tx,
             "DELETE FROM account_browser WHERE person_id = $1 AND browser_hash IN"
             " (SELECT browser_hash FROM account_browser WHERE person_id = $1 ORDER BY seen_at DESC LIMIT 100 OFFSET $2)",
             DB_ARGS(db_of_int(person_id), db_of_int(BROWSERS_A_PERSON - 1)), NULL));
  return db_run(tx, "INSERT INTO account_browser (person_id, browser_hash, seen_at) VALUES ($1, $2, $3)",
                DB_ARGS(db_of_int(person_id), db_of_bytes(hash), db_of_int(clock_now_ms(env->clock))), NULL);
}

result account_browser_note(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_client *client) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  uint8_t stored[DIGEST_BYTES];
  bool known = false;
  bool first = false;
  if (slice_empty(client->browser)) {
    return OK;
  }
  token_stored_form("danh-account-browser", client->browser, stored);
  struct slice hash = slice_of(stored, sizeof stored);
  TRY(is_known(env, tx, person_id, hash, &known));
  if (known) {
    return OK;
  }
  TRY(remember(env, tx, person_id, hash, &first));
  if (first) {
    return OK; /* the one the account was activated for: there is no other to tell it apart from */
  }
  int64_t now = clock_now_ms(env->clock);
  int32_t minutes = clock_ms_of_day(now) / 60000;
  struct slice name = account_agent_name(&arena, client->agent, false);
  struct slice day = clock_date_write_vi(&arena, clock_date_of(now));
  return account_notice_send(env, tx, person_id,
                             arena_printf(&arena,
                                          "Tài khoản định danh điện tử của ông/bà vừa được đăng nhập trên thiết bị mới: %.*s, lúc %02d:%02d ngày %.*s."
                                          " Nếu không phải ông/bà, hãy mở mục Bảo mật để đăng xuất thiết bị đó.",
                                          SLICE_ARG(name), minutes / 60, minutes % 60, SLICE_ARG(day)));
}
