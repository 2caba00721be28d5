/* What an operator would look at by hand, in the order in which one thing needs the other. Changes nothing, beside a server too. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "pki/pki.h"
#include "server/file.h"
#include "server/server.h"
#include "signer/signer.h"

enum { SYNCS = 5, SYNC_BYTES = 4096, SLOW_SYNC_US = 50 * 1000, EXPIRES_SOON_DAYS = 30, STEP_US = 100 * 1000, CLOCK_PROBE_US = 200 * 1000 };
enum { FREE_PERCENT_WARNING = 10, FREE_PERCENT_PROBLEM = 3 };

struct looking {
  const char *data;
  struct arena *arena;
  struct server_config config;
  bool has_config;
  struct server_diagnosis *diagnosis;
};

static void find(struct looking *looking, enum server_finding_level level, const char *topic, struct slice said, const char *advice) {
  struct server_diagnosis *diagnosis = looking->diagnosis;
  if (diagnosis->count < SERVER_FINDINGS_MAX) {
    diagnosis->items[diagnosis->count++] = (struct server_finding){level, topic, said, advice};
  }
  diagnosis->problems += level == SERVER_FINDING_PROBLEM;
  diagnosis->warnings += level == SERVER_FINDING_WARNING;
}

static const char *path_in(const struct looking *looking, const char *name) {
  return (const char *)arena_printf(looking->arena, "%s/%s", looking->data, name).ptr;
}

/* What the last failure said. */
static struct slice why(const struct looking *looking) { return arena_copy(looking->arena, slice_str(fault_last()->detail)); }

/* ---- configuration and files ---- */

static void look_at_file(struct looking *looking, struct slice path) {
  struct slice bytes;
  struct stat status;
  if (path.len == 0) {
    return;
  }
  if (!is_ok(server_file_read(looking->arena, path, 64 * 1024, &bytes))) {
    find(looking, SERVER_FINDING_PROBLEM, "configuration", arena_printf(looking->arena, "%.*s, which danh.ini names, cannot be read", SLICE_ARG(path)),
         "make the file, and let the server's user read it; credential:NAME stands for /etc/danh/secret/NAME");
  } else if (stat(arena_cstr(looking->arena, path), &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    find(looking, SERVER_FINDING_WARNING, "rights", arena_printf(looking->arena, "everybody on this machine may read %.*s", SLICE_ARG(path)), "chmod 600");
  }
}

static void look_at_configuration(struct looking *looking) {
  const struct server_config *config = &looking->config;
  looking->has_config = is_ok(server_config_load(looking->data, looking->arena, &looking->config));
  if (!looking->has_config) {
    find(looking, SERVER_FINDING_PROBLEM, "configuration", why(looking), "mend that line: danh(1) and doc/operate.md name every section and key");
    return;
  }
  size_t before = looking->diagnosis->problems;
  const struct slice secrets[] = {config->database.password_path, config->mail.password_path, config->sms.authorization_path, config->sms.receipt_secret_path,
                                  config->bank_secret_path, config->registration_token_path};
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
    look_at_file(looking, secrets[i]);
  }
  bool is_real = !config->demo && !config->sandbox;
  if (is_real && !slice_starts(config->origin, S("https://"))) {
    find(looking, SERVER_FINDING_WARNING, "configuration", S("the origin is not https"), "set origin in danh.ini to the address people see, behind a proxy with TLS");
  }
  if (is_real && config->clock_offset_ms != 0) {
    find(looking, SERVER_FINDING_PROBLEM, "configuration", S("clock_offset_ms moves the clock of what is no demonstration"), "take it out of danh.ini");
  }
  if (looking->diagnosis->problems == before) {
    find(looking, SERVER_FINDING_OK, "configuration", S("danh.ini and the files it names can be read"), NULL);
  }
}

static void look_at_rights(struct looking *looking) {
  static const char *const own[] = {"", "seal.key", "evidence.key", "danh.db", "danh.db-wal", "signer"};
  size_t before = looking->diagnosis->problems;
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    struct stat status;
    const char *path = path_in(looking, own[i]);
    if (stat(path, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      find(looking, SERVER_FINDING_PROBLEM, "rights", arena_printf(looking->arena, "others than its user may reach %s", path), "chmod go= on it");
    }
  }
  if (looking->diagnosis->problems == before) {
    find(looking, SERVER_FINDING_OK, "rights", S("folder, database and keys are their user's alone"), NULL);
  }
}

/* ---- clock ---- */

static void look_at_clock(struct looking *looking) {
  const struct clock wall = clock_shifted(0);
  struct timex state = {.modes = 0};
  int64_t wall_us = clock_now_ms(&wall) * 1000;
  int64_t steady_us = clock_monotonic_us();
  usleep(CLOCK_PROBE_US);
  int64_t apart_us = (clock_now_ms(&wall) * 1000 - wall_us) - (clock_monotonic_us() - steady_us);
  bool is_steady = apart_us < STEP_US && apart_us > -STEP_US;
  if (!is_steady) {
    find(looking, SERVER_FINDING_PROBLEM, "clock", arena_printf(looking->arena, "the clock was set by %lld ms while it was watched", (long long)(apart_us / 1000)),
         "let one program slew it (chrony, systemd-timesyncd), and nobody set it");
  }
  bool is_told = adjtimex(&state) >= 0;
  if (is_told && (state.status & STA_UNSYNC) != 0) {
    find(looking, SERVER_FINDING_WARNING, "clock", S("nothing keeps this machine's clock right"), "chrony or systemd-timesyncd: deadlines, tokens and the ledger go by this clock");
  } else if (is_steady) {
    find(looking, SERVER_FINDING_OK, "clock", is_told ? S("steady, and kept right") : S("steady; whether it is kept right cannot be seen from here"), NULL);
  }
}

/* ---- disk ---- */

static result time_syncs(const struct looking *looking, int64_t *ret_worst_us) {
  uint8_t bytes[SYNC_BYTES] = {0};
  const char *path = path_in(looking, "doctor.probe");
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

static void look_at_space(struct looking *looking) {
  struct statvfs volume;
  if (statvfs(looking->data, &volume) != 0 || volume.f_blocks == 0) {
    return;
  }
  int64_t free_mib = (int64_t)((uint64_t)volume.f_bavail * volume.f_frsize / (1024 * 1024));
  int percent = (int)(volume.f_bavail * 100 / volume.f_blocks);
  struct slice said = arena_printf(looking->arena, "%lld MiB free, %d %% of the volume", (long long)free_mib, percent);
  if (percent < FREE_PERCENT_WARNING) {
    find(looking, percent < FREE_PERCENT_PROBLEM ? SERVER_FINDING_PROBLEM : SERVER_FINDING_WARNING, "disk", said,
         "make room: with a full disk nothing is lost, and nothing is accepted either");
  } else {
    find(looking, SERVER_FINDING_OK, "disk", said, NULL);
  }
}

static void look_at_disk(struct looking *looking) {
  int64_t worst_us = 0;
  look_at_space(looking);
  if (!is_ok(time_syncs(looking, &worst_us))) {
    find(looking, SERVER_FINDING_PROBLEM, "disk", arena_printf(looking->arena, "a file in the folder cannot be written and synced: %.*s", SLICE_ARG(why(looking))),
         "run as the server's user; look at the disk, its mount (read-only?) and the kernel's log");
    return;
  }
  struct slice said = arena_printf(looking->arena, "a write is on disk after %lld.%lld ms at most", (long long)(worst_us / 1000), (long long)(worst_us / 100 % 10));
  if (worst_us > SLOW_SYNC_US) {
    find(looking, SERVER_FINDING_WARNING, "disk", said, "every acknowledged write waits for this: a disk of its own, or a quicker one");
  } else {
    find(looking, SERVER_FINDING_OK, "disk", said, NULL);
  }
}

/* ---- what runs ---- */

static const char *database_advice(result failed) {
  switch (failed.code) {
    case SERVER_DATA_MISSING:
    case DB_MISSING: return "danh init makes an installation, danh synth a demonstration";
    case SERVER_UNFINISHED: return "remove the folder and begin again";
    case DB_UNREACHABLE: return "start the database server, or mend url in danh.ini";
    case DB_LOGIN: return "password_file in danh.ini, and pg_hba.conf";
    case DB_TOO_NEW: return "install the newer program";
    case DB_TOO_OLD: return "start danh serve once: it brings the tables forward";
    case DB_ENGINE_TOO_OLD: return "PostgreSQL 15 or later";
    default: return "doc/operate.md has a line for each of these";
  }
}

static result look_at_tables(struct looking *looking, struct server_installation *installation) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct pki_expiring expiring[PKI_EXPIRING_MAX];
  size_t count = 0;
  int64_t now_ms = clock_now_ms(&installation->clock);
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(pki_expiring(tx, now_ms + EXPIRES_SOON_DAYS * (int64_t)CLOCK_DAY_MS, looking->arena, expiring, &count));
  for (size_t i = 0; i < count; i++) {
    bool is_over = expiring[i].not_after_ms <= now_ms;
    find(looking, is_over ? SERVER_FINDING_PROBLEM : SERVER_FINDING_WARNING, "certificates",
         arena_printf(looking->arena, "the certificate of %.*s %s on %.*s", SLICE_ARG(expiring[i].key), is_over ? "has ended" : "ends",
                      SLICE_ARG(clock_date_write(looking->arena, clock_date_of(expiring[i].not_after_ms)))),
         "have it issued anew before that day");
  }
  if (count == 0) {
    find(looking, SERVER_FINDING_OK, "certificates", S("none of the system's and agencies' ends within thirty days"), NULL);
  }
  return OK;
}

static void look_at_database(struct looking *looking) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  result opened = server_installation_open(looking->data, SERVER_READ, &installation);
  if (!is_ok(opened)) {
    find(looking, SERVER_FINDING_PROBLEM, "database", why(looking), database_advice(opened));
    return;
  }
  find(looking, SERVER_FINDING_OK, "database", arena_printf(looking->arena, "%s, and its tables are those of this program", db_engine(installation->env.db)), NULL);
  if (!is_ok(look_at_tables(looking, installation))) {
    find(looking, SERVER_FINDING_PROBLEM, "database", why(looking), "stored data cannot be read: restore a backup, or look at the server's log");
  }
}

static void look_at_signer(struct looking *looking) {
  struct signer *signer = NULL;
  bool is_named = looking->config.signer_socket.len > 0;
  const char *socket = is_named ? arena_cstr(looking->arena, looking->config.signer_socket) : path_in(looking, "signer.sock");
  if (!is_named && access(path_in(looking, "danh.sock"), F_OK) != 0) {
    find(looking, SERVER_FINDING_OK, "signer", S("starts with the server, which does not run"), NULL);
    return;
  }
  /* a file that is not there is not waited for */
  bool answers = access(socket, F_OK) == 0 && is_ok(signer_client_open(socket, &signer)) && is_ok(signer_client_health(signer));
  signer_client_close(&signer);
  if (answers) {
    find(looking, SERVER_FINDING_OK, "signer", S("answers"), NULL);
  } else {
    find(looking, SERVER_FINDING_PROBLEM, "signer", arena_printf(looking->arena, "does not answer on %s", socket),
         is_named ? "systemctl status danh-signer; ask as the server's user: it answers no other" : "look at the server's log; ask as the server's user");
  }
}

void server_diagnose(const char *data, struct arena *arena, struct server_diagnosis *ret_diagnosis) {
  struct stat status;
  *ret_diagnosis = (struct server_diagnosis){.count = 0};
  struct looking looking = {.data = data, .arena = arena, .diagnosis = ret_diagnosis};
  if (stat(data, &status) != 0 || !S_ISDIR(status.st_mode)) {
    find(&looking, SERVER_FINDING_PROBLEM, "configuration", S("the folder is not there"), "--data names the installation's folder");
    return;
  }
  look_at_configuration(&looking);
  look_at_rights(&looking);
  look_at_clock(&looking);
  look_at_disk(&looking);
  if (looking.has_config) {
    look_at_database(&looking);
    look_at_signer(&looking);
  }
}
