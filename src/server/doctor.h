/* server/doctor.h: what an operator would look at by hand, in the order in which one thing needs the other. (private to server/)
 *
 *   doctor.c                configuration, rights, clock, disk; calls the others
 *   doctor_database.c       database, standbys, what a server's log keeps, the ledger's head, the last backup, deliveries
 *   doctor_certificates.c   ours, officers' and agencies', the proxy's, clients'
 *   doctor_processes.c      the signer and its keys; whether a crash would leave a core
 *
 * Does not   change anything, beside a server too.
 * Levels     a problem keeps people from being served, or what was acknowledged from being kept, now or within days; a warning will. What is told is for operators: it
 *            names keys, posts and clients, and nobody in person.
 */
#pragma once
#include <sys/types.h>

#include "server/server.h"

struct server_looking {
  const char *data;
  struct arena *arena;
  struct server_config config;
  bool has_config;
  struct server_diagnosis *diagnosis;
};

/* advice: NULL with SERVER_FINDING_OK. */
void server_doctor_find(struct server_looking *looking, enum server_finding_level level, const char *topic, struct slice said, const char *advice);
const char *server_doctor_path(const struct server_looking *looking, const char *name);
/* What the last failure said. */
struct slice server_doctor_why(const struct server_looking *looking);
/* Whether it serves people in earnest. */
static inline bool server_doctor_is_real(const struct server_looking *looking) { return !looking->config.demo && !looking->config.sandbox; }
static inline int64_t server_doctor_set(int64_t given, int64_t usual) { return given > 0 ? given : usual; }

void server_doctor_database(struct server_looking *looking);
/* Those that are in the database, and those in front of it. */
MUST_USE result server_doctor_certificates(struct server_looking *looking, struct server_installation *installation);
void server_doctor_front(struct server_looking *looking);
void server_doctor_signer(struct server_looking *looking);
/* Whether the keys are there that certificates and the ledger name. */
MUST_USE result server_doctor_keys(struct server_looking *looking, struct server_installation *installation);
void server_doctor_cores(struct server_looking *looking);

/* The process that listens at a socket; 0: nobody does, or systemd alone. */
pid_t server_doctor_listener(const char *socket);
/* Whether a crash of it would leave what it holds on a disk. False where that cannot be seen. */
bool server_doctor_leaves_core(pid_t pid, const char *core_pattern);
