/* Making a sandbox: configuration, people, keys. Broken off, the mark of an unfinished installation stands. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/server.h"

/* Its database may lie on a server: then danh.ini alone is in the folder. */
static bool is_installation(struct arena *arena, const char *data) {
  return access((const char *)arena_printf(arena, "%s/danh.db", data).ptr, F_OK) == 0 ||
         access((const char *)arena_printf(arena, "%s/danh.ini", data).ptr, F_OK) == 0;
}

static result check_sandbox(struct arena *arena, const char *data) {
  struct server_config config;
  TRY(server_config_load(data, arena, &config));
  if (!config.sandbox) {
    FAIL(SERVER_NO_SANDBOX, "danh.ini has no sandbox = 1");
  }
  return OK;
}

static result make_parts(const char *data) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  TRY(server_config_save(data, &(const struct server_config){.demo = true, .sandbox = true, .bank_bin = S("970436"), .bank_account = S("0011000000001")}));
  TRY(server_installation_open(data, SERVER_CREATE, &installation));
  struct env *env = &installation->env;
  TRY(sandbox_create(env));
  TRY(server_signer_open(installation));
  result made = server_system_keys_create(env);
  server_signer_close(installation);
  return made;
}

result server_sandbox_create(const char *data) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  if (is_installation(&arena, data) && !server_is_unfinished(data)) {
    return check_sandbox(&arena, data);
  }
  if (mkdir(data, S_IRWXU) != 0 && errno != EEXIST) {
    FAIL(BASE_IO, "the folder cannot be made: errno %d", errno);
  }
  if (server_is_unfinished(data)) {
    FAIL(SERVER_UNFINISHED, "in %s", data);
  }
  TRY(server_unfinished_set(data, true));
  TRY(make_parts(data));
  return server_unfinished_set(data, false);
}
