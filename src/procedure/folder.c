/* Opening the engine: every folder under procedures/ with its procedure.lua and form.json. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procedure/engine.h"

static void file_close(FILE **file) {
  if (*file) {
    (void)fclose(*file);
  }
}

result procedure_file_read(const char *path, struct arena *arena, struct slice *ret_text) {
  FILE *file CLEANUP(file_close) = fopen(path, "rbe");
  if (!file) {
    FAIL(PROCEDURE_FOLDER, "%s: %s", path, strerror(errno));
  }
  uint8_t *bytes = arena_alloc(arena, ENGINE_FILE_BYTES_MAX + 1);
  size_t len = fread(bytes, 1, ENGINE_FILE_BYTES_MAX + 1, file);
  if (ferror(file) || len > ENGINE_FILE_BYTES_MAX) {
    FAIL(PROCEDURE_FOLDER, "%s: %s", path, ferror(file) ? "cannot be read" : "too long");
  }
  *ret_text = slice_of(bytes, len);
  return OK;
}

static result load(struct procedure_engine *engine, const char *folder, const char *name,
                   struct procedure_loaded *loaded) {
  struct arena files CLEANUP(arena_free);
  arena_init(&files);
  struct slice path = arena_printf(&engine->arena, "%s/%s", folder, name);
  struct slice text = {0};
  TRY(procedure_file_read((const char *)arena_printf(&files, "%.*s/procedure.lua", SLICE_ARG(path)).ptr, &files,
                          &text));
  TRY(procedure_rule_open(text, &loaded->rule));
  loaded->name = loaded->rule->declaration.name;
  loaded->folder = path;
  if (!slice_is(loaded->name, name)) {
    FAIL(PROCEDURE_FOLDER, "%s: procedure.lua calls itself %.*s", name, SLICE_ARG(loaded->name));
  }
  TRY(procedure_file_read((const char *)arena_printf(&files, "%.*s/form.json", SLICE_ARG(path)).ptr, &files, &text));
  return procedure_form_parse(text, &engine->arena, &loaded->form);
}

/* A procedure's name has no dot: README.md and hidden files are not procedures. */
static int is_procedure(const struct dirent *entry) {
  return strchr(entry->d_name, '.') == NULL;
}

struct listing {
  struct dirent **entries;
  int count;
};
static void listing_free(struct listing *listing) {
  for (int i = 0; i < listing->count; i++) {
    free(listing->entries[i]);
  }
  free(listing->entries);
}

static result load_all(struct procedure_engine *engine, const char *folder) {
  struct listing listing CLEANUP(listing_free) = {0};
  listing.count = scandir(folder, &listing.entries, is_procedure, alphasort);
  if (listing.count < 0) {
    listing.count = 0;
    FAIL(PROCEDURE_FOLDER, "%s: %s", folder, strerror(errno));
  }
  if (listing.count == 0 || listing.count > ENGINE_PROCEDURES_MAX) {
    FAIL(PROCEDURE_FOLDER, "%s: holds %d procedures", folder, listing.count);
  }
  engine->items = ARENA_ARRAY(&engine->arena, struct procedure_loaded, (size_t)listing.count);
  for (int i = 0; i < listing.count; i++) {
    struct procedure_loaded *loaded = &engine->items[engine->count++];
    result r = load(engine, folder, listing.entries[i]->d_name, loaded);
    if (!is_ok(r)) {
      char why[sizeof fault_last()->detail];
      (void)snprintf(why, sizeof why, "%s", fault_last()->detail);
      FAIL(r.code, "%s: %s", listing.entries[i]->d_name, why);
    }
  }
  return OK;
}

/* Where procedures lie when nobody says: beside the source the program was built from, else where it was installed. */
static const char *default_folder(void) {
  static const char *const places[] = {DANH_SOURCE_PROCEDURES, DANH_INSTALLED_PROCEDURES};
  return access(places[0], R_OK) == 0 ? places[0] : places[1];
}

result procedure_engine_open(const char *folder, struct procedure_engine **ret_engine) {
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = heap_alloc(sizeof *engine);
  *engine = (struct procedure_engine){.lock = PTHREAD_MUTEX_INITIALIZER};
  arena_init(&engine->arena);
  TRY(load_all(engine, folder ? folder : default_folder()));
  *ret_engine = engine;
  engine = NULL;
  return OK;
}

void procedure_engine_close(struct procedure_engine **engine) {
  if (!*engine) {
    return;
  }
  for (size_t i = 0; i < (*engine)->count; i++) {
    procedure_rule_close(&(*engine)->items[i].rule);
  }
  while ((*engine)->replayed) {
    struct procedure_rule *rule = (*engine)->replayed;
    (*engine)->replayed = rule->next;
    procedure_rule_close(&rule);
  }
  (void)pthread_mutex_destroy(&(*engine)->lock);
  arena_free(&(*engine)->arena);
  free(*engine);
  *engine = NULL;
}
