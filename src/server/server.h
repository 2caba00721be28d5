/* server/server.h: an installation (one folder) opened for a command, and the server that holds it.
 *
 *   DIR/danh.db      the database, unless danh.ini names a PostgreSQL server
 *                                               DIR/lock       flock of whoever writes
 *   DIR/danh.ini     configuration              DIR/danh.sock  admin socket of the running server (mode 0600, same user or root)
 *   DIR/waiting      the waiting room's numbers (mapped; may be removed while no server runs: everybody then begins anew)
 *   DIR/seal.key     seals what the database holds only sealed (0600)
 *   DIR/signer/      keys, policy and log of the signer, opened by nobody else
 *
 * Nodes       On PostgreSQL several folders, each with its own server, may share one database: danh.ini, seal.key, evidence.key and evidence/ are the same in all of them,
 *             and one signer serves all.
 * Writers     One process at a time in a folder. A command that writes is a struct server_write: a function by name that takes JSON and gives JSON.
 *             server_write_call runs it here under the lock, or, where a server holds the lock, has that server run it over DIR/danh.sock.
 * Readers     open read-only, beside a server too.
 * Does not    parse command lines (cli/) or know routes (api/).
 * Exit        server_run returns on SIGTERM and SIGINT after what is in flight is finished.
 * Errors      below; DB_..., HTTP_..., SIGNER_... pass through.
 */
#pragma once
#include <stdatomic.h>

#include "api/api.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "dossier/dossier.h"
#include "sandbox/sandbox.h"

enum server_error {
  SERVER_DATA_MISSING = RESULT_CODE(RESULT_NOT_FOUND, MODULE_SERVER, 1),  /* There is no installation in that folder. */
  SERVER_LOCKED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_SERVER, 2),      /* Another process is writing to the installation. */
  SERVER_CONFIG = RESULT_CODE(RESULT_INTERNAL, MODULE_SERVER, 3),         /* danh.ini has an unknown key or a wrong value. */
  SERVER_WRITE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_SERVER, 4), /* The server has no such operation. */
  SERVER_ANSWER = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_SERVER, 5),      /* The running server did not answer as expected. */
  SERVER_FOREIGN_USER = RESULT_CODE(RESULT_REFUSED, MODULE_SERVER, 6),    /* The admin socket answers only its own user. */
  SERVER_DATA_EXISTS = RESULT_CODE(RESULT_CONFLICT, MODULE_SERVER, 7),    /* The folder holds an installation already. */
  SERVER_STOPPED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_SERVER, 8),     /* A part of the server ended unexpectedly. */
  SERVER_UNFINISHED = RESULT_CODE(RESULT_INTERNAL, MODULE_SERVER, 9),     /* Making the installation was broken off. */
  SERVER_SAME_ENGINE = RESULT_CODE(RESULT_CONFLICT, MODULE_SERVER, 11),   /* The database is on that engine already. */
  SERVER_DISK = RESULT_CODE(RESULT_INTERNAL, MODULE_SERVER, 12),          /* The disk failed: the process ends and starts anew. */
  SERVER_CLOCK = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_SERVER, 13),      /* The machine's clock lies before the newest entry of the ledger. */
  SERVER_KEY_MISSING = RESULT_CODE(RESULT_INTERNAL, MODULE_SERVER, 14),   /* A key that the installation was made with is not in its folder. */
  SERVER_NO_SANDBOX = RESULT_CODE(RESULT_CONFLICT, MODULE_SERVER, 10),    /* The folder holds an installation that is no sandbox. */
};

/* ---- danh.ini ---- */
enum { SERVER_RECEIVERS_MAX = 4 };
struct server_receiver {
  struct slice name;     /* "national_portal", "provincial_system" */
  struct slice url;      /* https; http to loopback in a demonstration */
  struct slice key_path; /* PEM or DER SubjectPublicKeyInfo that its acknowledgements are verified with */
  struct slice ca_path;  /* whose certificates count at its address; empty: the system's */
};
enum { SERVER_WITNESSES_MAX = 4 };
struct server_witness {
  struct slice name; /* of the section */
  struct slice url;  /* what comes before /add-checkpoint */
  struct slice key;  /* its verifier key, NAME+ID+KEY */
};
enum { SERVER_STANDBY_LAG_S = 10, SERVER_STANDBY_NEVER = -1 };
struct server_database {
  struct slice url;           /* postgresql://... (db.h); empty: DIR/danh.db */
  struct slice password_path; /* file with the password; empty: as the address or libpq's passfile says */
  int64_t connections;        /* that read, and as many that write; 0: 16 each */
  int64_t standby_lag_s;      /* how far a standby may be behind that is read from while the primary is away (db.h); 0: as many as SERVER_STANDBY_LAG_S */
  int64_t partitions;         /* parts of each table about people, when the tables are made (db.h); 0: as many as db.h says */
};
struct server_mail {
  struct slice url;           /* "smtps://HOST:465", "smtp://HOST:587" (STARTTLS); empty: none */
  bool is_plain;              /* without TLS; only to this machine */
  struct slice from;
  struct slice from_name;
  struct slice user;          /* empty: no authentication */
  struct slice password_path;
  struct slice ca_path;       /* empty: the system's */
};
/* A gateway that takes one POST a message. {to}, {text} and {id} in url and body are replaced, escaped for where they stand. */
struct server_sms {
  struct slice url;
  struct slice content_type;       /* empty: application/json */
  struct slice body;               /* {"to":"{to}","text":"{text}"} */
  struct slice authorization_path; /* file with the value of the Authorization header */
  struct slice receipt_secret_path; /* file with the bearer token its receipts come with; empty: none are taken */
  struct slice reference;          /* member of its JSON answer that names the message in a receipt; empty: none */
  struct slice ca_path;            /* empty: the system's */
  bool is_national;                /* numbers as 0912..., else +84912... */
};
struct server_trace {
  struct slice collector; /* "http://127.0.0.1:4318": what comes before /v1/traces; empty: none */
  int64_t per_mille;      /* of requests that come without a trace, how many begin one that is collected; 0: as if it said 1000 */
};
struct server_config_surge {
  int64_t target_ms;    /* in which an answer should be there; 0: as is usual */
  int64_t called_per_s; /* people called out of the waiting room at most; 0: as many as there is room for */
  int64_t connections;  /* open at once; 0: as is usual */
  int64_t refusals_per_s; /* answered, a door of a loop; 0: as is usual */
  struct slice newcomers; /* "ADDRESS:PORT" or "unix:PATH": a door for who comes for the first time; empty: none */
};
/* What danh doctor goes by; 0: as it says itself. */
struct server_config_doctor {
  int64_t certificate_warning_days; /* before a certificate ends */
  int64_t certificate_problem_days;
  int64_t backup_warning_hours;     /* after the last backup */
  int64_t backup_problem_hours;
  struct slice front_certificate;   /* PEM, of the proxy in front; empty: the one that answers at the origin */
  struct slice client_roots;        /* PEM, what the proxy believes clients by; empty: not looked at */
};
struct server_config {
  struct server_database database;
  struct server_config_surge surge;
  struct server_config_doctor doctor;
  enum api_logging log_requests;
  struct server_trace trace;
  struct slice origin;         /* empty: from --origin or the listening port */
  int64_t clock_offset_ms;     /* what the installation's clock adds to the system's */
  bool demo;                   /* demonstration bank and messages */
  struct slice registration_token_path; /* file with the initial access token of clients that register themselves; empty: none may */
  bool sandbox;                /* an integrator's: published secrets, inspector, fault switches */
  struct slice signer_socket;  /* a signer that runs by itself; empty: serve starts one as a child */
  struct slice matcher_socket; /* the engine that compares faces and fingerprints; empty: officers compare by eye (demo: drawn faces) */
  struct slice bank_bin;       /* of the account fees are paid to */
  struct slice bank_account;
  struct server_mail mail;
  struct server_sms sms;
  struct slice bank_secret_path; /* file with the secret bank notifications are authenticated with */
  struct server_receiver receivers[SERVER_RECEIVERS_MAX];
  size_t receiver_count;
  struct server_witness witnesses[SERVER_WITNESSES_MAX]; /* cosign the ledger's checkpoints */
  size_t witness_count;
};
/* Unknown sections and keys, keys given twice and bad values are refused with the line: SERVER_CONFIG. No file: all defaults. */
/* "https://host" or "http://host:port" in small letters, without a path. */
bool server_is_origin(struct slice value);
/* postgresql://..., and no password in it: that stands in a file of its own, since configurations are shown and copied. */
bool server_is_database(struct slice value);
MUST_USE result server_config_load(const char *data, struct arena *arena, struct server_config *ret_config);
/* Replaces the file as a whole. */
MUST_USE result server_config_save(const char *data, const struct server_config *config);

/* ---- an installation ---- */
/* DIR/unfinished stands while an installation is made in several steps: whoever breaks off leaves it. */
bool server_is_unfinished(const char *data);
MUST_USE result server_unfinished_set(const char *data, bool is_unfinished);

enum server_mode {
  SERVER_READ,   /* read-only, beside a server too */
  SERVER_WRITE,  /* takes the lock; SERVER_LOCKED */
  SERVER_CREATE, /* takes the lock; makes folder and database if absent */
};
struct server_installation {
  const char *data;
  enum server_mode mode;
  struct arena arena; /* as long as the installation */
  struct server_config config;
  int lock_fd; /* -1: none */
  atomic_bool is_ending; /* of a server: what takes long is to stop */
  struct clock clock; /* never goes back while the process lives */
  struct random random;
  struct secret sealing; /* behind env.sealing */
  struct env env; /* db, clock, random, signer (NULL when none runs), hashing, origin */
};
/* SERVER_DATA_MISSING, SERVER_UNFINISHED (not to SERVER_CREATE), SERVER_KEY_MISSING (to SERVER_WRITE), SERVER_LOCKED, SERVER_CONFIG, DB_... */
MUST_USE result server_installation_open(const char *data, enum server_mode mode, struct server_installation **ret_installation);
/* With another database than danh.ini names; NULL: that one. */
MUST_USE result server_installation_open_with(const char *data, enum server_mode mode, const char *database,
                                              struct server_installation **ret_installation);
/* Does the server that the configuration names hold an installation already? False where it names none. */
MUST_USE result server_database_find(const struct server_config *config, bool *ret_is_there);
/* That server's database alone. */
MUST_USE result server_database_open(const struct server_database *database, enum db_mode mode, struct arena *arena, struct db **ret_db);
void server_installation_close(struct server_installation **installation); /* NULL is fine */

/* An empty database for an installation in the folder `data`, as a program made it that had come as far as `states` (DB_TOO_NEW: further than this
 * one). DB_NOT_EMPTY. */
struct server_database_order {
  const char *data;
  const struct server_database *database;
  const struct db_states *states;
};
MUST_USE result server_database_make(const struct server_database_order *order, struct arena *arena, struct db **ret_db);
/* What was made so and filled, brought forward to what this program knows. */
MUST_USE result server_database_reopen(const char *data, const struct server_database *database, struct arena *arena, struct db **ret_db);

/* Whoever is about to write: is the clock where it can be? The newest entry of the ledger may lie ahead of it by as much as clocks of nodes differ, no more.
 * A clock that danh.ini moves, of a demonstration, may stand anywhere. SERVER_CLOCK. */
MUST_USE result server_clock_check(struct server_installation *installation);
/* By how much; 0: not at all. */
MUST_USE result server_clock_behind(struct server_installation *installation, int64_t *ret_behind_ms);

/* The signer that danh.ini names, else one in this process: env.signer while an installation is made. Closed before the installation. */
MUST_USE result server_signer_open(struct server_installation *installation);
void server_signer_close(struct server_installation *installation);
/* The certification authority and the system's own keys. Harmless when some are there already. Needs env->signer. */
MUST_USE result server_system_keys_create(struct env *env);

/* Takes the lock for an installation opened to read. SERVER_LOCKED. */
MUST_USE result server_installation_lock(struct server_installation *installation);

/* ---- its database, moved to the other engine ---- */
struct server_move {
  const char *data;
  struct server_database to; /* of PostgreSQL, empty; without url: DIR/danh.db, which is not there yet */
  void (*progress)(void *context, int64_t rows_done, int64_t rows);
  void *context;
};
struct server_moved {
  struct slice database; /* where it is now */
  struct db_moved *tables;
  size_t table_count;
  int64_t rows;
  int64_t copied_us; /* copying them, without the proof */
  int64_t ledger_size; /* of the newest signed checkpoint, which both sides hold; 0: none yet */
  uint8_t ledger_root[32];
};
/* Copies it, proves that both sides hold the same rows and the same ledger, and only then names the new one in danh.ini; the old file becomes
 * danh.db.moved. SERVER_SAME_ENGINE, SERVER_LOCKED, DB_LOCKED, DB_NOT_EMPTY, DB_MOVE_DIFFERS, DB_OTHER_TABLES, LEDGER_ALTERED. */
MUST_USE result server_move(const struct server_move *move, struct arena *arena, struct server_moved *ret_moved);

/* ---- how it is ---- */
enum server_finding_level { SERVER_FINDING_OK, SERVER_FINDING_WARNING, SERVER_FINDING_PROBLEM };
struct server_finding {
  enum server_finding_level level;
  const char *topic; /* "configuration", "rights", "clock", "disk", "database", "certificates", "signer", "standby", "deliveries",
                      * "log", "ledger", "backup", "keys", "cores" */
  struct slice said;
  const char *advice; /* NULL: there is nothing to do */
};
enum { SERVER_FINDINGS_MAX = 256 };
struct server_diagnosis {
  struct server_finding items[SERVER_FINDINGS_MAX];
  size_t count;
  size_t problems;
  size_t warnings;
};
/* Looks at the installation, what it stands on and what is in front of it (doctor.h); changes nothing, beside a server too. */
void server_diagnose(const char *data, struct arena *arena, struct server_diagnosis *ret_diagnosis);

/* ---- writing commands ---- */
struct server_write {
  const char *name; /* "account.lock", "register.import" */
  /* args: the command's JSON object; what it puts out becomes the answer. Runs on a thread of its own in a server: no globals, no stdout. */
  result (*run)(struct server_installation *installation, const struct jin *args, struct jout *out);
};
/* Ended by {0}. */
struct server_writes {
  const struct server_write *rows;
};
struct server_write_order {
  const char *data;
  enum server_mode mode; /* SERVER_WRITE or SERVER_CREATE, when it runs here */
  const char *name;
  struct slice args; /* JSON object */
  void (*elsewhere)(void); /* called before a running server is asked; may be NULL */
};
/* Here, or in the server that holds the installation. ret_answer: JSON. Fails with the code the function failed with, wherever it ran. */
MUST_USE result server_write_call(const struct server_writes *writes, const struct server_write_order *order, struct arena *arena,
                                  struct slice *ret_answer);

/* Has the server that holds the installation take over danh.ini, and the files it names, as they now are: whole or not at all (reload.h has the answer).
 * SERVER_CONFIG with the line, HTTP_PEER_UNREACHABLE when none runs. */
MUST_USE result server_reload_call(const char *data, struct arena *arena, struct slice *ret_answer);

/* ---- the server ---- */
struct server_options {
  const char *data;
  /* "127.0.0.1:8080"; "unix:PATH": a socket (mode 0660) for a proxy in front, whose headers are believed; "systemd": the socket, of either kind, that
   * systemd passes */
  const char *listen;
  const char *origin; /* NULL: danh.ini's, else http://localhost:PORT */
  const char *database; /* postgresql://...; NULL: as danh.ini says */
  const char *web;    /* folder of the built web app; NULL: ../web/dist beside the program, else /usr/share/danh/web */
  int workers;        /* 0: 64 */
  int loops;          /* 0: one a core */
  bool accepts_clock; /* even if the ledger says that it was later already: the ledger's newest entries were made by a wrong clock */
  int drain_s;        /* after SIGTERM: how long /readyz says no, and everybody is still served, before the doors close; a second signal ends it */
  struct server_writes writes;
};
bool server_listen_is_passed(const char *listen); /* "systemd" */
/* PATH of "unix:PATH"; NULL for an address. */
const char *server_listen_path(const char *listen);
/* Prints one JSON line {"event":"ready",...} on standard output when everything answers. */
MUST_USE result server_run(const struct server_options *options);

/* ---- a demonstration country ----
 * What it needs beside its people: the CA, the seals, and accounts, PINs and certificates of the named identities (register_demo_list).
 * Synthetic people only; the secrets are public on purpose, pass the rules for real ones, and are never made elsewhere. */
#define SERVER_DEMO_PASSWORD SANDBOX_PASSWORD
#define SERVER_DEMO_PASSCODE SANDBOX_PASSCODE
#define SERVER_DEMO_SIGNING_PIN "582036"

struct server_demonstration {
  const struct slice *provinces; /* whose officers get accounts and whose agencies get seals */
  size_t province_count;
  bool with_passwords; /* false: only supervisors can sign in; replay */
};
/* Several writes; harmless when some of it is there already. Needs env->signer. */
MUST_USE result server_demonstration_create(struct env *env, const struct server_demonstration *demonstration);

/* ---- a sandbox: sandbox/sandbox.h, with danh.ini and keys ---- */
/* Makes the installation unless it is there. SERVER_NO_SANDBOX: it is, and is none. */
MUST_USE result server_sandbox_create(const char *data);
