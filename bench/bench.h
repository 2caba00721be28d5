/* bench/bench.h: what the programs of bench/ share: clocks, threads, and an installation opened in this process.
 *
 * Figures    are measured and printed, never judged: script/bench sets them beside the machine's own limits.
 * Errors     bench_require ends the program with file, line and reason: a figure of half a run is no figure.
 */
#pragma once
#include "server/server.h"

void bench_require(result done);

/* Processor time of the calling thread; of a process, 0 being this one. */
int64_t bench_thread_us(void);
int64_t bench_process_us(int pid);
/* Bytes a process has passed to write(), 0 being this one: the database's log and file, or the signer's log. Nought for a
 * process that may not be looked into, as the signer is for all but root. */
int64_t bench_process_written(int pid);
/* count per second; 0 when no time has passed. */
double bench_rate(int64_t count, int64_t us);

/* Runs fn(context) on that many threads and waits for all. */
void bench_threads(int count, void *(*fn)(void *context), void *context);

/* An installation held by this process, with what a server has beside it but HTTP. */
struct bench_world {
  struct server_installation *installation;
  struct env *env;
  struct dossier_works works;
  struct ledger_sequencer *sequencer;
  struct signer_child *signer; /* NULL: in this process */
  struct arena arena;
  int64_t *people; /* grown-ups, able to apply by VNeID today */
  size_t people_count;
};
/* signer_program: the danh-signer that runs as a process of its own, as under danh serve. NULL: in this process. */
void bench_world_open(const char *data, const char *signer_program, struct bench_world *world);
void bench_world_close(struct bench_world *world);

/* The application of one person: the same form for all. */
struct dossier_application bench_application(int64_t person_id, int32_t certificate, struct slice form_key);
