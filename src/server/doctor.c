#include "server/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "server/file.h"
#include "server/settings.h"

enum { SYNCS = 5, SYNC_BYTES = 4096, SLOW_SYNC_US = 50 * 1000, STEP_US = 25 * 1000, CLOCK_PROBE_US = 50 * 1000 };
enum { ROOTS_BYTES_MAX = 1024 * 1024 };
enum { FREE_PERCENT_WARNING = 10, FREE_PERCENT_PROBLEM = 3 };

void server_doctor_find(struct server_looking *looking, enum server_finding_level level, const char *topic, struct slice said, const char *advice) {
  struct server_diagnosis *diagnosis = looking->diagnosis;
  if (diagnosis->count < SERVER_FINDINGS_MAX) {
    diagnosis->items[diagnosis->count++] = (struct server_finding){level, topic, said, advice};
  }
  diagnosis->problems += level == SERVER_FINDING_PROBLEM;
  diagnosis->warnings += level == SERVER_FINDING_WARNING;
}

const char *server_doctor_path(const struct server_looking *looking, const char *name) {
  return (const char *)arena_printf(looking->arena, "%s/%s", looking->data, name).ptr;
}

struct slice server_doctor_why(const struct server_looking *looking) { return arena_copy(looking->arena, slice_str(fault_last()->detail)); }

/* ---- configuration and files ---- */

/* Secrets are nobody else's; whoever else owns one, or may write to it, may replace it. */
static void look_at_file(struct server_looking *looking, struct slice path, bool is_secret) {
  struct slice bytes;
  struct stat status;
  mode_t others = S_IWGRP | S_IWOTH | (is_secret ? S_IROTH : 0U);
  if (!is_ok(server_file_read(looking->arena, path, ROOTS_BYTES_MAX, &bytes))) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "configuration", arena_printf(looking->arena, "%.*s, which danh.ini names, cannot be read", SLICE_ARG(path)),
         "make the file, and let the server's user read it; credential:NAME stands for /etc/danh/secret/NAME");
  } else if (stat(arena_cstr(looking->arena, path), &status) == 0 && (status.st_mode & others) != 0) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "rights", arena_printf(looking->arena, "others on this machine may read or write %.*s", SLICE_ARG(path)), "chmod 600");
  } else if (stat(arena_cstr(looking->arena, path), &status) == 0 && status.st_uid != 0 && status.st_uid != geteuid()) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "rights", arena_printf(looking->arena, "%.*s belongs to somebody else", SLICE_ARG(path)), "chown it to root or to the server's user");
  }
}

static void look_at_configuration(struct server_looking *looking) {
  const struct server_config *config = &looking->config;
  looking->has_config = is_ok(server_config_load(looking->data, looking->arena, &looking->config));
  if (!looking->has_config) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "configuration", server_doctor_why(looking), "mend that line: danh.ini(5) names every section and key");
    return;
  }
  size_t before = looking->diagnosis->problems;
  struct server_settings_given given;
  struct snapshot *settings CLEANUP(snapshot_give) = NULL;
  server_config_list(config, looking->arena, &given);
  for (size_t i = 0; i < given.count; i++) {
    if (given.items[i].row->kind == SERVER_SETTING_FILE) {
      look_at_file(looking, given.items[i].value, strstr(given.items[i].row->key, "secret") != NULL || strstr(given.items[i].row->key, "password") != NULL ||
                                                      strstr(given.items[i].row->key, "token") != NULL || strstr(given.items[i].row->key, "authorization") != NULL);
    }
  }
  if (looking->diagnosis->problems == before && !is_ok(server_settings_load(looking->data, NULL, &settings))) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "configuration", server_doctor_why(looking), "mend that line: with it the server does not start, and reloads nothing");
  }
  if (server_doctor_is_real(looking) && !slice_starts(config->origin, S("https://"))) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "configuration", S("the origin is not https"), "set origin in danh.ini to the address people see, behind a proxy with TLS");
  }
  if (server_doctor_is_real(looking) && config->clock_offset_ms != 0) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "configuration", S("clock_offset_ms moves the clock of what is no demonstration"), "take it out of danh.ini");
  }
  if (looking->diagnosis->problems == before) {
    server_doctor_find(looking, SERVER_FINDING_OK, "configuration", S("danh.ini and the files it names can be read"), NULL);
  }
}

static void look_at_rights(struct server_looking *looking) {
  static const char *const own[] = {"", "seal.key", "evidence.key", "danh.db", "danh.db-wal", "signer"};
  size_t before = looking->diagnosis->problems;
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    struct stat status;
    const char *path = server_doctor_path(looking, own[i]);
    if (stat(path, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      server_doctor_find(looking, SERVER_FINDING_PROBLEM, "rights", arena_printf(looking->arena, "others than its user may reach %s", path), "chmod go= on it");
    }
  }
  if (looking->diagnosis->problems == before) {
    server_doctor_find(looking, SERVER_FINDING_OK, "rights", S("folder, database and keys are their user's alone"), NULL);
  }
}

/* ---- clock ---- */

static void look_at_clock(struct server_looking *looking) {
  const struct clock wall = clock_shifted(0);
  struct timex state = {.modes = 0};
  int64_t wall_us = clock_now_ms(&wall) * 1000;
  int64_t steady_us = clock_monotonic_us();
  usleep(CLOCK_PROBE_US);
  int64_t apart_us = (clock_now_ms(&wall) * 1000 - wall_us) - (clock_monotonic_us() - steady_us);
  bool is_steady = apart_us < STEP_US && apart_us > -STEP_US;
  if (!is_steady) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "clock", arena_printf(looking->arena, "the clock was set by %lld ms while it was watched", (long long)(apart_us / 1000)),
         "let one program slew it (chrony, systemd-timesyncd), and nobody set it");
  }
  bool is_told = adjtimex(&state) >= 0;
  if (is_told && (state.status & STA_UNSYNC) != 0) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "clock", S("nothing keeps this machine's clock right"), "chrony or systemd-timesyncd: deadlines, tokens and the ledger go by this clock");
  } else if (is_steady) {
    server_doctor_find(looking, SERVER_FINDING_OK, "clock", is_told ? S("steady, and kept right") : S("steady; whether it is kept right cannot be seen from here"), NULL);
  }
}

/* ---- disk ---- */

static result time_syncs(const struct server_looking *looking, int64_t *ret_worst_us) {
  uint8_t bytes[SYNC_BYTES] = {0};
  const char *path = server_doctor_path(looking, "doctor.probe");
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool is_good = fd >= 0;
  *ret_worst_us = 0;
  for (int i = 0; i < SYNCS && is_good; i++) {
    int64_t began_us = clock_monotonic_us();
    is_good = pwrite(fd, bytes, sizeof bytes, i * SYNC_BYTES) == SYNC_BYTES && fsync(fd) == 0;
    int64_t took_us = clock_monotonic_us() - began_us;
    *ret_worst_us = took_us > *ret_worst_us ? took_us : *ret_worst_us;
  }
  int error = errno;
  if (fd >= 0) {
    close(fd);
    (void)unlink(path);
  }
  if (!is_good) {
    FAIL(BASE_IO, "%s", strerror(error));
  }
  return OK;
}

/* Where a lock is not one, or what was synced is gone with the power. */
static void look_at_filesystem(struct server_looking *looking) {
  static const struct {
    unsigned magic; /* statfs(2) */
    const char *name;
    bool is_remote;
  } kinds[] = {{0x6969, "NFS", true}, {0xFF534D42, "CIFS", true}, {0xFE534D42, "SMB", true}, {0x01021994, "tmpfs", false}};
  struct statfs volume;
  for (size_t i = 0; statfs(looking->data, &volume) == 0 && i < sizeof kinds / sizeof *kinds; i++) {
    if ((unsigned)volume.f_type == kinds[i].magic) {
      server_doctor_find(looking, kinds[i].is_remote && looking->config.database.url.len == 0 ? SERVER_FINDING_PROBLEM : SERVER_FINDING_WARNING, "disk",
           arena_printf(looking->arena, "the folder lies on %s", kinds[i].name),
           kinds[i].is_remote ? "a local disk: locks and syncs over a network are not what SQLite needs" : "a disk: this is gone when the machine stops");
    }
  }
}

static void look_at_space(struct server_looking *looking) {
  struct statvfs volume;
  if (statvfs(looking->data, &volume) != 0 || volume.f_blocks == 0) {
    return;
  }
  int64_t free_mib = (int64_t)((uint64_t)volume.f_bavail * volume.f_frsize / (1024 * 1024));
  int percent = (int)(volume.f_bavail * 100 / volume.f_blocks);
  struct slice said = arena_printf(looking->arena, "%lld MiB free, %d %% of the volume", (long long)free_mib, percent);
  if (volume.f_files > 0 && volume.f_favail * 100 / volume.f_files < FREE_PERCENT_PROBLEM) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "disk", arena_printf(looking->arena, "%lld inodes free", (long long)volume.f_favail), "remove small files: without inodes no file can be made");
  }
  if (percent < FREE_PERCENT_WARNING) {
    server_doctor_find(looking, percent < FREE_PERCENT_PROBLEM ? SERVER_FINDING_PROBLEM : SERVER_FINDING_WARNING, "disk", said,
         "make room: with a full disk nothing is lost, and nothing is accepted either");
  } else {
    server_doctor_find(looking, SERVER_FINDING_OK, "disk", said, NULL);
  }
}

static void look_at_disk(struct server_looking *looking) {
  int64_t worst_us = 0;
  look_at_filesystem(looking);
  look_at_space(looking);
  if (!is_ok(time_syncs(looking, &worst_us))) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "disk", arena_printf(looking->arena, "a file in the folder cannot be written and synced: %.*s", SLICE_ARG(server_doctor_why(looking))),
         "run as the server's user; look at the disk, its mount (read-only?) and the kernel's log");
    return;
  }
  struct slice said = arena_printf(looking->arena, "a write is on disk after %lld.%lld ms at most", (long long)(worst_us / 1000), (long long)(worst_us / 100 % 10));
  if (worst_us > SLOW_SYNC_US) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "disk", said, "every acknowledged write waits for this: a disk of its own, or a quicker one");
  } else {
    server_doctor_find(looking, SERVER_FINDING_OK, "disk", said, NULL);
  }
}

void server_diagnose(const char *data, struct arena *arena, struct server_diagnosis *ret_diagnosis) {
  struct stat status;
  *ret_diagnosis = (struct server_diagnosis){.count = 0};
  struct server_looking looking = {.data = data, .arena = arena, .diagnosis = ret_diagnosis};
  if (stat(data, &status) != 0 || !S_ISDIR(status.st_mode)) {
    server_doctor_find(&looking, SERVER_FINDING_PROBLEM, "configuration", S("the folder is not there"), "--data names the installation's folder");
    return;
  }
  look_at_configuration(&looking);
  look_at_rights(&looking);
  look_at_clock(&looking);
  look_at_disk(&looking);
  if (looking.has_config) {
    server_doctor_database(&looking);
    server_doctor_front(&looking);
    server_doctor_signer(&looking);
    server_doctor_cores(&looking);
  }
}
