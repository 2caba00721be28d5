/* bench/register.c DIR COUNT: what finding somebody costs in a register of this size.
 *
 *   look-up   PIN to person and their row, a snapshot each
 *   search    the first page of a search by name without marks, a snapshot each: the whole name, and its first and last word
 * People are drawn at random; every question is asked twice, for the first time finds the pages on disk or in the kernel's cache, the second in ours.
 * Then opens an account and a session for COUNT of them, as a sign-in without password would, and prints one JSON object: figures and the sessions' tokens.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "base/random.h"
#include "codec/utf8.h"

enum { LOOK_UPS = 4000, SEARCHES = 300, PAGE = 20, ROUNDS = 2, AGE_FROM = 19, AGE_TO = 70 };

struct drawn {
  struct register_person *items;
  size_t count;
};

struct bench_register {
  struct env *env;
  struct arena arena;
  struct drawn people;
  int32_t today;
};

static void draw(struct bench_register *r, size_t count) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct random random = random_seeded(1);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  int64_t all = 0;
  bench_require(db_read_begin(r->env->db, &tx));
  bench_require(register_person_count(tx, &all));
  bench_require(db_row(tx, "SELECT MIN(person_id) FROM person", DB_NO_ARGS, &rows));
  int64_t first = db_int(&rows, 0); /* a synthetic country's follow one another */
  db_rows_close(&rows);
  r->people.items = ARENA_ARRAY(&r->arena, struct register_person, count);
  for (r->people.count = 0; r->people.count < count; r->people.count++) {
    bench_require(db_row(tx, "SELECT person_id FROM person WHERE person_id >= $1 ORDER BY person_id LIMIT 1",
                         DB_ARGS(db_of_int(first + (int64_t)random_below(&random, (uint64_t)all))), &rows));
    int64_t person_id = db_int(&rows, 0);
    db_rows_close(&rows);
    bench_require(register_person_load(tx, &r->arena, person_id, &r->people.items[r->people.count]));
  }
}

static int compare(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a;
  int64_t right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static void print_times(const char *name, int64_t *us, size_t count) {
  qsort(us, count, sizeof *us, compare);
  (void)printf("\"%s\":{\"p50_us\":%lld,\"p99_us\":%lld,\"most_us\":%lld},", name, (long long)us[count / 2], (long long)us[count * 99 / 100],
               (long long)us[count - 1]);
}

typedef void (*question_fn)(struct bench_register *r, struct db_tx *tx, struct arena *arena, const struct register_person *person);

static void look_up(struct bench_register *r, struct db_tx *tx, struct arena *arena, const struct register_person *person) {
  (void)r;
  int64_t person_id = 0;
  struct register_person found;
  bench_require(register_person_find(tx, person->pin, &person_id));
  bench_require(register_person_load(tx, arena, person_id, &found));
}

static void search(struct bench_register *r, struct db_tx *tx, struct arena *arena, struct slice name) {
  struct register_query query = {.name = name, .limit = PAGE, .today = r->today};
  struct register_person_list list;
  bench_require(register_person_search(tx, arena, &query, &list));
  if (list.count == 0) {
    (void)fprintf(stderr, "a search for somebody who is there found nobody\n");
    exit(1);
  }
}

static void search_whole(struct bench_register *r, struct db_tx *tx, struct arena *arena, const struct register_person *person) {
  struct slice fold;
  bench_require(utf8_search_fold(person->name, arena, &fold));
  search(r, tx, arena, fold);
}

static void search_ends(struct bench_register *r, struct db_tx *tx, struct arena *arena, const struct register_person *person) {
  struct slice fold;
  bench_require(utf8_search_fold(person->name, arena, &fold));
  struct slice first = slice_cut(&fold, ' ');
  struct slice last = fold;
  while (fold.len > 0) {
    last = slice_cut(&fold, ' ');
  }
  search(r, tx, arena, arena_printf(arena, "%.*s %.*s", SLICE_ARG(first), SLICE_ARG(last)));
}

static void ask(struct bench_register *r, const char *name, question_fn fn, size_t count) {
  int64_t *us = ARENA_ARRAY(&r->arena, int64_t, count);
  struct arena arena = {0};
  for (int round = 0; round < ROUNDS; round++) {
    for (size_t i = 0; i < count; i++) {
      struct db_tx *tx = NULL;
      int64_t began = clock_monotonic_us();
      bench_require(db_read_begin(r->env->db, &tx));
      fn(r, tx, &arena, &r->people.items[i]);
      db_read_end(&tx);
      us[i] = clock_monotonic_us() - began;
      arena_reset(&arena);
    }
    char title[64];
    (void)snprintf(title, sizeof title, "%s_%s", name, round == 0 ? "first" : "again");
    print_times(title, us, count);
  }
  arena_free(&arena);
}

struct sign_ins {
  struct bench_register *r;
  size_t wanted, count;
  struct account_token *tokens;
};

static result sign_in(struct db_tx *tx, void *arg) {
  struct sign_ins *order = arg;
  order->count = 0;
  for (size_t i = 0; i < order->r->people.count && order->count < order->wanted; i++) {
    const struct register_person *person = &order->r->people.items[i];
    int32_t age = register_person_age(person, order->r->today);
    if (person->life != REGISTER_ALIVE || age < AGE_FROM || age > AGE_TO) {
      continue;
    }
    struct account account;
    struct account_session session;
    TRY(account_load(tx, person->person_id, &account));
    if (account.state == ACCOUNT_NONE) {
      TRY(account_demo_append(order->r->env, tx, &(const struct account_demo){.person_id = person->person_id, .level = 2}));
    }
    const struct account_proof proof = {
        .person_id = person->person_id, .means = ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSCODE, .client = {.agent = S("bench")}};
    TRY(account_session_open(order->r->env, tx, &proof, &order->tokens[order->count++], &session));
  }
  return OK;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    (void)fprintf(stderr, "usage: bench_register DIR COUNT\n");
    return 2;
  }
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  bench_require(server_installation_open(argv[1], SERVER_WRITE, &installation));
  struct bench_register r = {.env = &installation->env, .today = clock_date_of(clock_now_ms(installation->env.clock))};
  draw(&r, LOOK_UPS);
  (void)printf("{");
  ask(&r, "look_up", look_up, LOOK_UPS);
  ask(&r, "search_whole_name", search_whole, SEARCHES);
  ask(&r, "search_two_words", search_ends, SEARCHES);
  size_t wanted = (size_t)strtol(argv[2], NULL, 10);
  struct sign_ins order = {.r = &r, .wanted = wanted, .tokens = ARENA_ARRAY(&r.arena, struct account_token, wanted + 1)};
  bench_require(db_write(r.env->db, sign_in, &order));
  (void)printf("\"sessions\":[");
  for (size_t i = 0; i < order.count; i++) {
    (void)printf("%s\"%s\"", i > 0 ? "," : "", order.tokens[i].text);
  }
  (void)printf("]}\n");
  arena_free(&r.arena);
  return 0;
}
