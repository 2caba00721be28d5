/* bench/sessions.c DIR COUNT: signed-in citizens for the load over HTTP.
 *
 * Makes accounts of level 2 and a session each for COUNT grown-ups, as a sign-in would, but without a password: Argon2id
 * for each would take longer than the bench. Prints one line a person: the session's token, and what a first and a second
 * certificate would cost them (the form must say what it showed), -1 where they may not apply.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"

enum { A_WRITE = 200 };

struct sign_ins {
  struct bench_world *world;
  size_t from, to;
  struct account_token *tokens; /* of every person */
};

static result sign_in(struct db_tx *tx, void *arg) {
  const struct sign_ins *order = arg;
  struct env *env = order->world->env;
  for (size_t i = order->from; i < order->to; i++) {
    int64_t person_id = order->world->people[i];
    struct account account;
    struct account_session session;
    TRY(account_load(tx, person_id, &account));
    if (account.state == ACCOUNT_NONE) {
      TRY(account_demo_append(env, tx, &(const struct account_demo){.person_id = person_id, .level = 2}));
    }
    const struct account_proof proof = {.person_id = person_id, .means = ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSCODE, .client = {.agent = S("bench")}};
    TRY(account_session_open(env, tx, &proof, &order->tokens[i], &session));
  }
  return OK;
}

static int64_t payable(struct bench_world *world, struct arena *arena, int64_t person_id, int32_t certificate) {
  struct dossier_application application = bench_application(person_id, certificate, S(""));
  struct dossier_preview preview;
  arena_reset(arena);
  bench_require(dossier_preview(world->env, &world->works, arena, &application, &preview));
  return preview.refusal == 0 ? preview.outcome.payable.value : -1;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    (void)fprintf(stderr, "usage: bench_sessions DIR COUNT\n");
    return 2;
  }
  struct bench_world world;
  struct arena arena = {0};
  bench_world_open(argv[1], NULL, &world);
  size_t count = (size_t)strtol(argv[2], NULL, 10);
  count = count < world.people_count ? count : world.people_count;
  struct sign_ins order = {.world = &world, .tokens = ARENA_ARRAY(&world.arena, struct account_token, count + 1)};
  for (; order.from < count; order.from = order.to) {
    order.to = order.from + A_WRITE < count ? order.from + A_WRITE : count;
    bench_require(db_write(world.env->db, sign_in, &order));
  }
  for (size_t i = 0; i < count; i++) {
    (void)printf("%s %lld %lld\n", order.tokens[i].text, (long long)payable(&world, &arena, world.people[i], 1),
                 (long long)payable(&world, &arena, world.people[i], 2));
  }
  arena_free(&arena);
  bench_world_close(&world);
  return 0;
}
