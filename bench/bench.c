#include "bench/bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "signer/signer.h"

enum { THREADS_MAX = 256, AGE_FROM = 19, AGE_TO = 70 };

void bench_require(result done) {
  if (!is_ok(done)) {
    (void)fprintf(stderr, "%s:%d: %s\n", fault_last()->file, fault_last()->line, fault_last()->detail);
    exit(1);
  }
}

static int64_t clock_us(clockid_t id) {
  struct timespec now;
  (void)clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t bench_thread_us(void) {
  return clock_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t bench_process_us(int pid) {
  clockid_t id = CLOCK_PROCESS_CPUTIME_ID;
  return clock_getcpuclockid(pid, &id) == 0 ? clock_us(id) : 0;
}

int64_t bench_process_written(int pid) {
  char line[64];
  (void)snprintf(line, sizeof line, "/proc/%d/io", pid != 0 ? pid : getpid());
  FILE *counters = fopen(line, "re");
  int64_t bytes = 0;
  while (counters != NULL && fgets(line, sizeof line, counters) != NULL) {
    if (strncmp(line, "wchar: ", 7) == 0) {
      bytes = strtoll(line + 7, NULL, 10);
    }
  }
  if (counters != NULL) {
    (void)fclose(counters);
  }
  return bytes;
}

double bench_rate(int64_t count, int64_t us) {
  return us > 0 ? (double)count * 1e6 / (double)us : 0;
}

void bench_threads(int count, void *(*fn)(void *context), void *context) {
  pthread_t threads[THREADS_MAX];
  int started = 0;
  while (started < count && started < THREADS_MAX) {
    if (pthread_create(&threads[started++], NULL, fn, context) != 0) {
      (void)fprintf(stderr, "no more threads\n");
      exit(1);
    }
  }
  for (int i = 0; i < started; i++) {
    (void)pthread_join(threads[i], NULL);
  }
}

/* Grown-ups of every province. */
static void load_people(struct bench_world *world) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  const struct register_province *const *provinces = NULL;
  size_t province_count = 0;
  int64_t all = 0;
  int32_t today = clock_date_of(clock_now_ms(world->env->clock));
  bench_require(db_read_begin(world->env->db, &tx));
  bench_require(register_provinces(&world->arena, today, &provinces, &province_count));
  bench_require(register_person_count(tx, &all));
  world->people = ARENA_ARRAY(&world->arena, int64_t, (size_t)all + 1);
  for (size_t i = 0; i < province_count; i++) {
    struct register_residents asked = {slice_str(provinces[i]->code), today, AGE_FROM, AGE_TO};
    struct register_person_ids ids;
    bench_require(register_residents_list(tx, &world->arena, &asked, &ids));
    for (size_t j = 0; j < ids.count; j++) {
      world->people[world->people_count++] = ids.items[j];
    }
  }
}

/* Neighbours in the register are not neighbours in time: applicants come in any order. */
static void shuffle(struct bench_world *world) {
  struct random random = random_seeded(1);
  for (size_t i = world->people_count; i > 1; i--) {
    size_t j = (size_t)random_below(&random, i);
    int64_t other = world->people[i - 1];
    world->people[i - 1] = world->people[j];
    world->people[j] = other;
  }
}

/* As server/serve does it. */
static void open_signer(struct bench_world *world, const char *data, const char *program) {
  if (program == NULL) {
    struct signer_local_options options = {.data_dir = data, .clock = world->env->clock};
    bench_require(signer_local_open(&options, &world->env->signer));
    return;
  }
  const char *socket = (const char *)arena_printf(&world->arena, "%s/signer.sock", data).ptr;
  bench_require(signer_child_start(program, data, &world->signer));
  bench_require(signer_client_open(socket, &world->env->signer));
  bench_require(signer_client_health(world->env->signer));
}

static void close_signer(struct bench_world *world) {
  if (world->signer == NULL) {
    signer_local_close(&world->env->signer);
    return;
  }
  signer_client_close(&world->env->signer);
  signer_child_stop(&world->signer);
}

void bench_world_open(const char *data, const char *signer_program, struct bench_world *world) {
  *world = (struct bench_world){0};
  arena_init(&world->arena);
  bench_require(server_installation_open(data, SERVER_WRITE, &world->installation));
  world->env = &world->installation->env;
  if (slice_empty(world->env->origin)) {
    world->env->origin = S("http://localhost:8080");
  }
  open_signer(world, data, signer_program);
  bench_require(procedure_engine_open(NULL, &world->works.procedures));
  bench_require(procedure_store(world->env, world->works.procedures));
  bench_require(pdf_renderer_open(&world->works.renderer));
  bench_require(ledger_sequencer_open(world->env, (struct ledger_watcher){0}, &world->sequencer));
  world->works.passwords = world->env->hashing;
  load_people(world);
  shuffle(world);
}

void bench_world_close(struct bench_world *world) {
  ledger_sequencer_close(&world->sequencer);
  pdf_renderer_close(world->works.renderer);
  procedure_engine_close(&world->works.procedures);
  close_signer(world);
  server_installation_close(&world->installation);
  arena_free(&world->arena);
}

struct dossier_application bench_application(int64_t person_id, int32_t certificate, struct slice form_key) {
  static const struct slice form = S_INIT(
      "{\"history\":[{\"from\":\"2018-06\",\"to\":null,\"place\":\"Nơi thường trú\",\"work\":\"Lao động tự do\"}],"
      "\"request\":{\"purpose\":\"Bổ sung hồ sơ xin việc\"}}");
  return (struct dossier_application){.applicant_id = person_id,
                                      .person_id = person_id,
                                      .procedure = S("lltp"),
                                      .channel = PROCEDURE_VNEID,
                                      .form_key = form_key,
                                      .certificate = certificate,
                                      .copies = 1,
                                      .form = form,
                                      .level = 2};
}
