/* Plays one story again and again, each time with another fault, and holds what is left against what was acknowledged.
 * usage: faults --folder INSTALLATION --work DIR --citizen PIN --citizen PIN --password TEXT --client "Basic ..." [--seed S]
 *               [--io N] [--cuts N] [--memory N] [--only WHAT:FAULT:CALL:SEED]      N: so many, drawn by the seed; 0: all (cuts: none) */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "memory.h"
#include "story.h"

enum { COMMAND_BYTES = 2048, EXIT_OUT_OF_MEMORY = 71, SECONDS_MAX = 60, SAID_BYTES = 4096, CLASSES = 64, TOLD_IN_PEACE = 12 };
enum what { IO, CUT, MEMORY };
static const char *const what_names[] = {"io", "cut", "memory"};

struct trial {
  enum what what;
  enum disk_fault fault;
  int64_t at;
  uint64_t seed;
  int kind;  /* trials of one kind are alike: what and where */
  int order; /* among those of its kind */
};

struct run {
  struct story_stage stage;
  const char *template;
  char folder[256];
  uint64_t seed;
  int64_t wanted[3]; /* of io, cuts, memory; -1: none */
  const char *only;
  struct story *story;
  struct trial *trials;
  int64_t trial_count;
  int64_t played, failed;
};

static uint64_t next(uint64_t *seed) { /* splitmix64 */
  uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* ---- one trial ---- */

struct ending {
  int status; /* of waitpid */
  char said[SAID_BYTES];
};

static void fresh_folder(const struct run *run) {
  char command[COMMAND_BYTES];
  (void)snprintf(command, sizeof command, "rm -rf '%s' && cp -a '%s' '%s'", run->folder, run->template, run->folder);
  if (system(command) != 0) {
    abort();
  }
}

static void wait_for(pid_t child, int from, struct ending *ret_ending) {
  size_t len = 0;
  for (ssize_t got = 1; got > 0 && len < sizeof ret_ending->said - 1; len += (size_t)got) {
    got = read(from, ret_ending->said + len, sizeof ret_ending->said - 1 - len);
    got = got < 0 ? 0 : got;
  }
  ret_ending->said[len] = '\0';
  (void)close(from);
  (void)waitpid(child, &ret_ending->status, 0);
}

typedef int (*act_fn)(struct run *run, const struct trial *trial);

/* In a process of its own, which is killed when it hangs. */
static void act(struct run *run, const struct trial *trial, act_fn fn, struct ending *ret_ending) {
  int ends[2];
  if (pipe(ends) != 0) {
    abort();
  }
  (void)fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    (void)alarm(SECONDS_MAX);
    (void)dup2(ends[1], STDERR_FILENO);
    (void)dup2(ends[1], STDOUT_FILENO);
    (void)close(ends[0]);
    (void)close(ends[1]);
    int code = fn(run, trial);
    (void)fflush(stdout);
    _exit(code);
  }
  (void)close(ends[1]);
  wait_for(child, ends[0], ret_ending);
}

static int play(struct run *run, const struct trial *trial) {
  if (trial->what == MEMORY) {
    memory_begin(trial->at);
  } else {
    disk_begin(run->folder, (struct disk_plan){trial->fault, trial->at});
  }
  return story_run(&run->stage, run->story);
}

static int weigh(struct run *run, const struct trial *trial) {
  (void)trial;
  return story_judge(&run->stage, run->story);
}

/* Gone at the cut, refused in words, or gone on: never a signal, never a silent end. */
static bool is_clean(const struct trial *trial, const struct ending *ending) {
  if (!WIFEXITED(ending->status)) {
    return false;
  }
  int code = WEXITSTATUS(ending->status);
  if (code == 0 || (trial->fault == DISK_POWER && code == DISK_EXIT_POWER)) {
    return true;
  }
  bool has_words = strncmp(ending->said, "danh: ", 6) == 0 || strstr(ending->said, "\ndanh: ") != NULL;
  return has_words && (code == 3 || code == 4 || (trial->what == MEMORY && code == EXIT_OUT_OF_MEMORY));
}

static void describe(const struct trial *trial) {
  if (trial->what == MEMORY) {
    const struct memory_report *report = memory_report();
    printf("allocation %lld, of %s", (long long)trial->at, report->is_hit ? memory_owner_name(report->owner) : "nobody");
  } else {
    const struct disk_report *report = disk_report();
    printf("%s at call %lld, %s %s", disk_fault_name(trial->fault), (long long)trial->at, report->is_hit ? disk_op_name(report->op) : "not reached", report->file);
  }
  printf(" (--only %s:%d:%lld:%llu)\n", what_names[trial->what], (int)trial->fault, (long long)trial->at, (unsigned long long)trial->seed);
}

static bool try_one(struct run *run, const struct trial *trial) {
  struct ending ending;
  struct ending verdict;
  fresh_folder(run);
  memset(run->story, 0, sizeof *run->story);
  act(run, trial, play, &ending);
  if (trial->what != MEMORY) {
    disk_power_off(trial->seed);
  }
  bool clean = is_clean(trial, &ending);
  act(run, trial, weigh, &verdict);
  bool good = clean && WIFEXITED(verdict.status) && WEXITSTATUS(verdict.status) == 0;
  run->played++;
  run->failed += !good;
  if (!good || run->only != NULL) {
    printf("  %s: ", good ? "good" : "BAD");
    describe(trial);
    printf("    %d acknowledged, %d refused; it ended with %s %d\n%s%s", run->story->told, run->story->refusals, WIFEXITED(ending.status) ? "code" : "signal",
           WIFEXITED(ending.status) ? WEXITSTATUS(ending.status) : WTERMSIG(ending.status), ending.said, verdict.said);
  }
  return good;
}

/* ---- which ---- */

static void add(struct run *run, enum what what, enum disk_fault fault, int64_t at, int kind) {
  if ((run->trial_count & (run->trial_count - 1)) == 0) {
    size_t room = run->trial_count == 0 ? 1 : (size_t)run->trial_count * 2;
    run->trials = realloc(run->trials, room * sizeof *run->trials);
  }
  run->trials[run->trial_count++] = (struct trial){.what = what, .fault = fault, .at = at, .kind = kind};
}

static void add_io(struct run *run, const struct disk_report *peace) {
  static const bool fits[DISK_OPS][DISK_FAULTS] = {
      [DISK_OPEN] = {[DISK_EIO] = true, [DISK_FULL] = true},
      [DISK_READ] = {[DISK_EIO] = true},
      [DISK_WRITE] = {[DISK_EIO] = true, [DISK_NOSPC] = true, [DISK_FULL] = true},
      [DISK_SYNC] = {[DISK_EIO] = true},
      [DISK_TRUNCATE] = {[DISK_EIO] = true},
      [DISK_MAP] = {[DISK_EIO] = true},
      [DISK_LOCK] = {[DISK_EIO] = true},
  };
  for (int64_t at = 0; at < peace->calls && at < DISK_CALLS_MAX; at++) {
    for (int fault = DISK_EIO; fault <= DISK_FULL; fault++) {
      if (fits[peace->ops[at]][fault]) {
        add(run, IO, (enum disk_fault)fault, at, peace->ops[at] * DISK_FAULTS + fault);
      }
    }
  }
}

/* Each call that changes the disk, again and again until there are enough: each time other sectors are lost. */
static void add_cuts(struct run *run, const struct disk_report *peace, int64_t wanted) {
  int64_t begun = run->trial_count;
  while (wanted > run->trial_count - begun) {
    for (int64_t at = 0; at < peace->calls && at < DISK_CALLS_MAX; at++) {
      enum disk_op op = peace->ops[at];
      if (op == DISK_WRITE || op == DISK_SYNC || op == DISK_TRUNCATE) {
        add(run, CUT, DISK_POWER, at, (int)op);
      }
    }
  }
}

static void add_memory(struct run *run, const struct memory_report *peace) {
  for (int64_t i = 0; i < peace->site_count; i++) {
    add(run, MEMORY, DISK_SOUND, peace->sites[i].first, peace->sites[i].owner);
  }
}

static int by_order(const void *a, const void *b) {
  const struct trial *x = a;
  const struct trial *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

/* Shuffled by the seed; when not all are played, each kind has its turn. */
static void shuffle(struct run *run) {
  int counts[CLASSES] = {0};
  uint64_t seed = run->seed;
  for (int64_t i = run->trial_count - 1; i > 0; i--) {
    int64_t j = (int64_t)(next(&seed) % (uint64_t)(i + 1));
    struct trial other = run->trials[i];
    run->trials[i] = run->trials[j];
    run->trials[j] = other;
  }
  for (int64_t i = 0; i < run->trial_count; i++) {
    run->trials[i].order = counts[run->trials[i].kind % CLASSES]++;
    run->trials[i].seed = next(&seed);
  }
  if (run->trial_count > 0) {
    qsort(run->trials, (size_t)run->trial_count, sizeof *run->trials, by_order);
  }
}

/* ---- all ---- */

/* Without a fault: everything is acknowledged, and the calls are counted. */
static bool in_peace(struct run *run, enum what what) {
  struct trial peace = {.what = what, .at = -1};
  run->only = "peace";
  bool good = try_one(run, &peace);
  run->only = NULL;
  if (run->story->told < TOLD_IN_PEACE || run->story->refusals > 0) {
    printf("  BAD: without a fault %d were acknowledged and %d refused\n", run->story->told, run->story->refusals);
    return false;
  }
  return good;
}

static bool play_all(struct run *run, enum what what) {
  run->trial_count = run->played = run->failed = 0;
  if (!in_peace(run, what)) {
    return false;
  }
  if (what == MEMORY) {
    add_memory(run, memory_report());
    printf("%s: %lld allocations at %lld sites", what_names[what], (long long)memory_report()->calls, (long long)memory_report()->site_count);
  } else if (what == IO) {
    add_io(run, disk_report());
    printf("%s: %lld calls, %lld faults", what_names[what], (long long)disk_report()->calls, (long long)run->trial_count);
  } else {
    add_cuts(run, disk_report(), run->wanted[CUT]);
    printf("%s: %lld calls", what_names[what], (long long)disk_report()->calls);
  }
  printf(", seed %llu\n", (unsigned long long)run->seed);
  shuffle(run);
  int64_t wanted = run->wanted[what] > 0 && run->wanted[what] < run->trial_count ? run->wanted[what] : run->trial_count;
  run->played = run->failed = 0;
  for (int64_t i = 0; i < wanted; i++) {
    (void)try_one(run, &run->trials[i]);
  }
  printf("%s: %lld played, %lld bad\n", what_names[what], (long long)run->played, (long long)run->failed);
  return run->failed == 0;
}

static bool play_only(struct run *run) {
  char what[16];
  int fault = 0;
  long long at = 0;
  unsigned long long seed = 0;
  if (sscanf(run->only, "%15[a-z]:%d:%lld:%llu", what, &fault, &at, &seed) != 4) { /* NOLINT(cert-err34-c) */
    return false;
  }
  struct trial trial = {.fault = (enum disk_fault)fault, .at = at, .seed = seed};
  while (trial.what < MEMORY && strcmp(what, what_names[trial.what]) != 0) {
    trial.what++;
  }
  return try_one(run, &trial);
}

static bool read_options(int argc, char **argv, struct run *run) {
  static const struct option options[] = {
      {"folder", 1, NULL, 'f'}, {"work", 1, NULL, 'w'}, {"citizen", 1, NULL, 'c'}, {"password", 1, NULL, 'p'}, {"client", 1, NULL, 'b'},
      {"seed", 1, NULL, 's'},   {"io", 1, NULL, 'i'},   {"cuts", 1, NULL, 'u'},    {"memory", 1, NULL, 'm'},   {"only", 1, NULL, 'o'}, {0}};
  int citizens = 0;
  for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
    switch (option) {
      case 'f': run->template = optarg; break;
      case 'w': (void)snprintf(run->folder, sizeof run->folder, "%s/trial", optarg); break;
      case 'c': run->stage.citizen[citizens++ % STORY_SESSIONS] = optarg; break;
      case 'p': run->stage.password = optarg; break;
      case 'b': run->stage.client = optarg; break;
      case 's': run->seed = strtoull(optarg, NULL, 10); break;
      case 'i': run->wanted[IO] = strtoll(optarg, NULL, 10); break;
      case 'u': run->wanted[CUT] = strtoll(optarg, NULL, 10); break;
      case 'm': run->wanted[MEMORY] = strtoll(optarg, NULL, 10); break;
      case 'o': run->only = optarg; break;
      default: return false;
    }
  }
  run->stage.folder = run->folder;
  return run->template != NULL && run->folder[0] != '\0' && citizens == STORY_SESSIONS && run->stage.password != NULL && run->stage.client != NULL;
}

int main(int argc, char **argv) {
  struct run run = {.seed = 1, .wanted = {-1, -1, -1}};
  if (!read_options(argc, argv, &run)) {
    (void)fputs("usage: see the head of faults.c; script/crash runs it\n", stderr);
    return 2;
  }
  disk_init();
  memory_init();
  run.story = mmap(NULL, sizeof *run.story, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  bool good = run.only == NULL || play_only(&run);
  for (int what = IO; what <= MEMORY && run.only == NULL; what++) {
    good &= run.wanted[what] < 0 || play_all(&run, (enum what)what);
  }
  free(run.trials);
  return good ? 0 : 1;
}
