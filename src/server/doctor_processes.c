#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "crypto/x509.h"
#include "ledger/ledger.h"
#include "note/note.h"
#include "pki/pki.h"
#include "server/doctor.h"
#include "signer/signer.h"

enum { LINE_BYTES = 256 };

static const char *signer_socket(const struct server_looking *looking) {
  struct slice named = looking->config.signer_socket;
  return named.len > 0 ? arena_cstr(looking->arena, named) : server_doctor_path(looking, "signer.sock");
}

/* ---- the signer ---- */

void server_doctor_signer(struct server_looking *looking) {
  struct signer *signer = NULL;
  bool is_named = looking->config.signer_socket.len > 0;
  const char *socket = signer_socket(looking);
  if (!is_named && access(server_doctor_path(looking, "danh.sock"), F_OK) != 0) {
    server_doctor_find(looking, SERVER_FINDING_OK, "signer", S("starts with the server, which does not run"), NULL);
    return;
  }
  /* a file that is not there is not waited for */
  bool answers = access(socket, F_OK) == 0 && is_ok(signer_client_open(socket, &signer)) && is_ok(signer_client_health(signer));
  signer_client_close(&signer);
  if (answers) {
    server_doctor_find(looking, SERVER_FINDING_OK, "signer", S("answers"), NULL);
  } else {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "signer", arena_printf(looking->arena, "does not answer on %s", socket),
                       is_named ? "systemctl status danh-signer; ask as the server's user: it answers no other" : "look at the server's log; ask as the server's user");
  }
}

/* ---- its keys ---- */

struct asking {
  struct server_looking *looking;
  struct server_installation *installation;
  struct signer *signer;
  struct db_tx *tx;
  size_t wrong;
};

static void key_wrong(struct asking *asking, struct slice key, const char *how) {
  asking->wrong++;
  server_doctor_find(asking->looking, SERVER_FINDING_PROBLEM, "keys", arena_printf(asking->looking->arena, "%.*s: %s", SLICE_ARG(key), how),
                     "the signer's folder is not the one of this installation, or not whole: restore it from the backup that the database is of");
}

/* Does the signer have the key that this certificate is of? */
static result look_at_key(struct asking *asking, struct slice key) {
  struct arena *arena = asking->looking->arena;
  struct pki_chain chain;
  struct x509 certificate;
  struct slice spki = {0};
  result found = pki_chain_load(asking->tx, key, clock_now_ms(&asking->installation->clock), arena, &chain);
  if (is_code(found, PKI_CERTIFICATE_UNKNOWN) || is_code(found, CRYPTO_CERTIFICATE_EXPIRED)) { /* it has ended, or was revoked: no longer signed with */
    return OK;
  }
  TRY(found);
  TRY(x509_parse(chain.leaf, &certificate));
  found = asking->signer->key_public(asking->signer, key, arena, &spki);
  if (is_code(found, SIGNER_KEY_UNKNOWN) || is_code(found, SIGNER_KEY_BROKEN)) {
    key_wrong(asking, key, is_code(found, SIGNER_KEY_UNKNOWN) ? "the signer does not have the key of that certificate" : "the signer's file of that key was altered, or sealed under another master key");
    return OK;
  }
  TRY(found);
  if (!slice_eq(spki, certificate.spki)) {
    key_wrong(asking, key, "the signer's key is not the one that the certificate is of");
  }
  return OK;
}

/* Is the ledger's key the one that signed its head? */
static result look_at_ledger_key(struct asking *asking) {
  struct ledger_head head = {0};
  struct note_key key = {0};
  struct env env = asking->installation->env;
  env.signer = asking->signer;
  TRY(ledger_head_look(asking->tx, asking->looking->arena, &head));
  if (head.size == 0) {
    return OK;
  }
  result found = ledger_key(&env, asking->tx, asking->looking->arena, &key);
  if (!is_ok(found) && !is_code(found, SIGNER_KEY_UNKNOWN) && !is_code(found, SIGNER_KEY_BROKEN)) {
    return found;
  }
  if (!is_ok(found) || memcmp(key.id, head.key_id, sizeof head.key_id) != 0) {
    key_wrong(asking, S("the ledger's key"), is_ok(found) ? "the signer's is not the one that signed the newest head" : "the signer does not have it");
  }
  return OK;
}

static result look_at_keys(struct asking *asking) {
  struct slice keys[PKI_KEYS_MAX];
  size_t count = 0;
  TRY(db_read_begin(asking->installation->env.db, &asking->tx));
  TRY(pki_keys_list(asking->tx, asking->looking->arena, keys, &count));
  for (size_t i = 0; i < count; i++) {
    TRY(look_at_key(asking, keys[i]));
  }
  TRY(look_at_ledger_key(asking));
  if (asking->wrong == 0) {
    server_doctor_find(asking->looking, SERVER_FINDING_OK, "keys",
                       arena_printf(asking->looking->arena, "the signer has the ledger's and the %zu that certificates of the system and of agencies are of", count), NULL);
  }
  return OK;
}

/* Where no signer runs or it does not answer this user, server_doctor_signer says so. */
result server_doctor_keys(struct server_looking *looking, struct server_installation *installation) {
  struct asking asking = {.looking = looking, .installation = installation};
  const char *socket = signer_socket(looking);
  result outcome = OK;
  if (access(socket, F_OK) == 0 && is_ok(signer_client_open(socket, &asking.signer)) && is_ok(signer_client_health(asking.signer))) {
    outcome = look_at_keys(&asking);
  }
  db_read_end(&asking.tx);
  signer_client_close(&asking.signer);
  return outcome;
}

/* ---- cores ---- */

pid_t server_doctor_listener(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct ucred peer = {.pid = 0};
  socklen_t length = sizeof peer;
  if (snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >= (int)sizeof address.sun_path) {
    return 0;
  }
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return 0;
  }
  bool is_known = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0;
  (void)close(fd);
  return is_known && peer.pid > 1 ? peer.pid : 0; /* 1: systemd's own socket */
}

static bool line_read(const char *path, char line[static LINE_BYTES]) {
  FILE *file = fopen(path, "re");
  bool is_read = file != NULL && fgets(line, LINE_BYTES, file) != NULL;
  if (file != NULL) {
    (void)fclose(file);
  }
  return is_read;
}

static bool is_core_limited(pid_t pid) {
  char path[64];
  char line[LINE_BYTES];
  bool is_limited = true;
  (void)snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
  FILE *file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "Max core file size", 18) == 0) {
      const char *soft = line + 18 + strspn(line + 18, " ");
      is_limited = soft[0] == '0' && soft[1] == ' ';
    }
  }
  if (file != NULL) {
    (void)fclose(file);
  }
  return is_limited;
}

/* The files of a process that may not be dumped belong to root, whoever it runs as; of root's own processes nobody can tell. */
static bool is_undumpable(pid_t pid) {
  char path[64];
  char line[LINE_BYTES];
  struct stat status;
  bool is_roots = false;
  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    is_roots |= strncmp(line, "Uid:\t0\t", 7) == 0;
  }
  if (file != NULL) {
    (void)fclose(file);
  }
  return !is_roots && (stat(path, &status) != 0 || status.st_uid == 0);
}

/* What a program takes that core_pattern names ("|...") is kept from it by no limit; where that cannot be seen, by root's processes, nothing is said. */
bool server_doctor_leaves_core(pid_t pid, const char *core_pattern) {
  if (core_pattern[0] == '|' && is_core_limited(pid)) {
    return geteuid() != 0 && !is_undumpable(pid);
  }
  return !is_core_limited(pid) && !is_undumpable(pid);
}

/* A signer on a socket of systemd's: by its name. */
static pid_t signer_find(void) {
  DIR *processes = opendir("/proc");
  pid_t found = 0;
  for (const struct dirent *at; processes != NULL && found == 0 && (at = readdir(processes)) != NULL;) {
    char path[64];
    char name[LINE_BYTES];
    long pid = strtol(at->d_name, NULL, 10);
    (void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    if (pid > 1 && line_read(path, name) && strcmp(name, "danh-signer\n") == 0) {
      found = (pid_t)pid;
    }
  }
  if (processes != NULL) {
    (void)closedir(processes);
  }
  return found;
}

void server_doctor_cores(struct server_looking *looking) {
  char pattern[LINE_BYTES] = "core";
  pid_t server = server_doctor_listener(server_doctor_path(looking, "danh.sock"));
  pid_t signer = server_doctor_listener(signer_socket(looking));
  if (signer == 0 && looking->config.signer_socket.len > 0) {
    signer = signer_find();
  }
  const struct {
    const char *name;
    pid_t pid;
  } processes[] = {{"server", server}, {"signer", signer}};
  size_t running = 0;
  size_t leaving = 0;
  (void)line_read("/proc/sys/kernel/core_pattern", pattern);
  for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) {
    running += processes[i].pid != 0;
    if (processes[i].pid != 0 && server_doctor_leaves_core(processes[i].pid, pattern)) {
      leaving++;
      server_doctor_find(looking, SERVER_FINDING_PROBLEM, "cores", arena_printf(looking->arena, "a crash of the %s (process %d) would leave a core with what it holds", processes[i].name, (int)processes[i].pid),
                         "start it by its unit (LimitCORE=0); what lies in coredumpctl or the core_pattern's folder has people's data in it");
    }
  }
  if (leaving == 0) {
    server_doctor_find(looking, SERVER_FINDING_OK, "cores", running > 0 ? S("a crash of server or signer leaves no core") : S("neither server nor signer run; neither leaves a core when it does"), NULL);
  }
}
