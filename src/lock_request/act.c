/* What a granted request does to the account, and to the locks other authorities have there. */
#include "lock_request/row.h"

struct acting {
  struct env *env;
  struct db_tx *tx;
  const struct lock_request *request;
  const struct account_actor *officer;
  struct arena *arena;
};

static int64_t end_of(int32_t until) { return until == 0 ? 0 : clock_date_start_ms(until + 1); }
/* 0 is the furthest: until lifted. */
static int64_t later(int64_t a, int64_t b) { return a == 0 || b == 0 ? 0 : (a > b ? a : b); }

static result set(const struct acting *a, const struct lock_request *why, int64_t until_ms) {
  struct slice reason = arena_printf(a->arena, "Theo văn bản số %.*s của %.*s: %.*s", SLICE_ARG(why->number), SLICE_ARG(why->authority), SLICE_ARG(why->ground));
  if (why->capability == 0) {
    const struct account_lock lock = {why->person_id, ACCOUNT_GROUND_AUTHORITY, *a->officer, reason, until_ms};
    return account_lock(a->env, a->tx, &lock);
  }
  const struct account_capability_lock lock = {.person_id = why->person_id,
                                               .capability = (enum account_capability)why->capability,
                                               .locker = ACCOUNT_LOCKER_AUTHORITY,
                                               .actor = *a->officer,
                                               .reason = reason,
                                               .until_ms = until_ms};
  return account_capability_lock(a->env, a->tx, &lock);
}

static result take_away(const struct acting *a) {
  const struct lock_request *request = a->request;
  if (request->capability != 0) {
    const struct account_capability_lock lock = {.person_id = request->person_id,
                                                 .capability = (enum account_capability)request->capability,
                                                 .locker = ACCOUNT_LOCKER_AUTHORITY,
                                                 .actor = *a->officer};
    return account_capability_unlock(a->env, a->tx, &lock); /* tells the holder */
  }
  struct account account = {0};
  TRY(account_unlock(a->env, a->tx, &(const struct account_lock){request->person_id, ACCOUNT_GROUND_AUTHORITY, *a->officer, S(""), 0}));
  TRY(account_load(a->tx, request->person_id, &account));
  bool is_open = account.grounds == 0;
  const struct account_notice notice = {
      .person_id = request->person_id,
      .purpose = S("unlocked"),
      .text = is_open ? S("Tài khoản định danh điện tử của ông/bà đã được mở khóa theo yêu cầu của cơ quan có thẩm quyền.")
                      : S("Một lý do khóa tài khoản định danh điện tử của ông/bà đã hết; tài khoản vẫn bị khóa vì lý do khác."),
      .text_en = is_open ? S("Your e-ID account works again, at the request of an authority.")
                         : S("One ground of the lock of your e-ID account has ended; it stays locked on another.")};
  return account_notify(a->env, a->tx, &notice);
}

/* How far the authorities' locks that stand on the same reach, without the one named; ret_why: one of them, NULL: none. */
static result others(const struct acting *a, int64_t without, const struct lock_request **ret_why, int64_t *ret_until_ms) {
  struct lock_request_list list;
  const struct lock_request *why = NULL;
  int64_t until_ms = 0;
  TRY(lock_request_of_person(a->tx, a->request->person_id, a->arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    const struct lock_request *other = &list.items[i];
    bool counts = other->request_id != without && other->capability == a->request->capability && lock_request_is_standing(a->env, other);
    if (counts) {
      until_ms = why == NULL ? end_of(other->until) : later(until_ms, end_of(other->until));
      why = other;
    }
  }
  *ret_why = why;
  *ret_until_ms = until_ms;
  return OK;
}

static result lock(const struct acting *a) {
  const struct lock_request *request = a->request;
  const struct lock_request *other = NULL;
  int64_t until_ms = 0;
  if (request->until != 0 && request->until < clock_date_of(clock_now_ms(a->env->clock))) {
    FAIL(LOCK_REQUEST_DATES, "the last day is past");
  }
  TRY(others(a, request->request_id, &other, &until_ms));
  return set(a, request, other == NULL ? end_of(request->until) : later(end_of(request->until), until_ms));
}

static result lift(const struct acting *a) {
  struct lock_request lifted;
  const struct lock_request *other = NULL;
  int64_t until_ms = 0;
  TRY(lock_request_load(a->tx, a->request->lifts, a->arena, &lifted));
  if (!lock_request_is_standing(a->env, &lifted)) {
    FAIL(LOCK_REQUEST_NOT_STANDING, "it ended meanwhile");
  }
  lifted.state = LOCK_REQUEST_LIFTED;
  TRY(db_run(a->tx, "UPDATE lock_request SET state = $3 WHERE person_id = $1 AND request_id = $2",
             DB_ARGS(db_of_int(lifted.person_id), db_of_int(lifted.request_id), db_of_int(lifted.state)), NULL));
  TRY(lock_request_record(a->env, a->tx, &lifted, a->officer));
  TRY(others(a, lifted.request_id, &other, &until_ms));
  return other == NULL ? take_away(a) : set(a, other, until_ms);
}

result lock_request_act(struct env *env, struct db_tx *tx, const struct lock_request *request, const struct account_actor *officer) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct acting a = {env, tx, request, officer, &arena};
  return request->lifts == 0 ? lock(&a) : lift(&a);
}
