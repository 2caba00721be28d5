/* procedure/sandbox.h: one Lua 5.4 state that can run a rule and nothing else, and forgets every run. (private to procedure/)
 *
 * A rule is text (never bytecode), sees a closed list of globals (sandbox_library.c) and cannot write one. It has a memory budget (its whole
 * state lies in one region of fixed size) and an instruction budget (count hook); no C function it can reach loops longer than the region
 * is large. It has no pcall, no metatables and no finalizers, so nothing it does survives a spent budget.
 * When the chunk has run once, the region is copied: that image is the warmed state. After each run the image is put back, so every
 * run starts from the same bytes: same input, same output, whatever an earlier run did or however it ended.
 * Threads    a sandbox belongs to one thread at a time.
 * Errors     PROCEDURE_RULE_... (procedure.h); the fault record says where.
 */
#pragma once
#include <lauxlib.h>
#include <lua.h>

#include "procedure/procedure.h"

enum {
  SANDBOX_MEMORY_BYTES = 1 << 20,       /* a rule with its texts needs a tenth of it */
  SANDBOX_LOAD_INSTRUCTIONS = 1000000,  /* to run the chunk once */
  SANDBOX_RUN_INSTRUCTIONS = 200000,    /* a run; the largest legal example needs under 2,000 */
  SANDBOX_TEXT_BYTES_MAX = 256 * 1024,  /* of rule text */
  SANDBOX_REPEAT_BYTES_MAX = 16 * 1024, /* what string.rep may make */
  SANDBOX_TABLE_LENGTH_MAX = 1 << 14,   /* what table functions walk in C, where no hook counts */
};

struct procedure_sandbox;
/* Runs the chunk and keeps the one table it returns. `name` stands in error messages. */
MUST_USE result procedure_sandbox_open(struct slice text, const char *name, struct procedure_sandbox **ret_sandbox);
void procedure_sandbox_close(struct procedure_sandbox **sandbox);

/* body runs protected with the chunk's table at index 1; what it throws becomes the result. Nothing with CLEANUP may live in a body: Lua
 * leaves it by longjmp. The image is put back afterwards, so text must be copied into an arena. */
typedef void (*procedure_sandbox_body)(lua_State *lua, void *arg);
MUST_USE result procedure_sandbox_run(struct procedure_sandbox *sandbox, procedure_sandbox_body body, void *arg);
/* Inside a body: ends the run with that code. */
_Noreturn void procedure_sandbox_fail(lua_State *lua, uint16_t code, const char *format, ...) PRINTF_LIKE(3, 4);

/* ---- private to the sandbox's own files ---- */
struct procedure_sandbox_region;
struct procedure_sandbox_region *procedure_sandbox_region_new(size_t bytes);
void procedure_sandbox_region_free(struct procedure_sandbox_region *region);
/* lua_Alloc: once it has refused, it refuses everything, so that at most one emergency collection runs. */
void *procedure_sandbox_region_alloc(void *region, void *block, size_t old_bytes, size_t new_bytes);
bool procedure_sandbox_region_is_spent(const struct procedure_sandbox_region *region);
/* The bytes in use, to be copied away and back; always at the same address. */
struct slice procedure_sandbox_region_bytes(const struct procedure_sandbox_region *region);
void procedure_sandbox_region_restore(struct procedure_sandbox_region *region, struct slice image);
/* Puts the closed globals in place of Lua's own. May throw. */
void procedure_sandbox_library_open(lua_State *lua);
