#include "procedure/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_EVERY = 1000 };

/* Why a run ended, kept outside the region: the error message itself lies in memory that may be spent. */
struct ending {
  int64_t instructions_left;
  bool instructions_spent;
  uint16_t code; /* from procedure_sandbox_fail */
};
struct procedure_sandbox {
  struct procedure_sandbox_region *region;
  lua_State *lua;
  struct ending ending;
  uint8_t *image;
  size_t image_len;
};
struct call {
  procedure_sandbox_body body;
  void *arg;
};

static const char rule_key[] = "rule";

/* The extra space before a lua_State points back to its sandbox. */
static struct procedure_sandbox *sandbox_of(lua_State *lua) {
  return *(struct procedure_sandbox **)lua_getextraspace(lua);
}

static void count_hook(lua_State *lua, lua_Debug *debug) {
  (void)debug;
  struct procedure_sandbox *sandbox = sandbox_of(lua);
  sandbox->ending.instructions_left -= HOOK_EVERY;
  if (sandbox->ending.instructions_left <= 0) {
    sandbox->ending.instructions_spent = true;
    (void)luaL_error(lua, "instruction budget spent");
  }
}

_Noreturn void procedure_sandbox_fail(lua_State *lua, uint16_t code, const char *format, ...) {
  char text[200];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  sandbox_of(lua)->ending.code = code;
  (void)luaL_error(lua, "%s", text);
  abort(); /* luaL_error does not return */
}

static result ending_of(struct procedure_sandbox *sandbox, int status, uint16_t failed_code) {
  if (status == LUA_OK) {
    return OK;
  }
  const struct ending *ending = &sandbox->ending;
  if (status == LUA_ERRMEM || procedure_sandbox_region_is_spent(sandbox->region)) {
    FAIL(PROCEDURE_RULE_MEMORY, "more than %d bytes", SANDBOX_MEMORY_BYTES);
  }
  const char *message = lua_type(sandbox->lua, -1) == LUA_TSTRING ? lua_tostring(sandbox->lua, -1) : "no message";
  if (ending->instructions_spent) {
    FAIL(PROCEDURE_RULE_INSTRUCTIONS, "%s", message);
  }
  FAIL(ending->code ? ending->code : failed_code, "%s", message);
}

static void ending_reset(struct procedure_sandbox *sandbox, int64_t instructions) {
  sandbox->ending = (struct ending){.instructions_left = instructions};
}

/* Protected: (text, name) -> keeps the chunk's table in the registry. */
static int load_protected(lua_State *lua) {
  const struct slice *text = lua_touserdata(lua, 1);
  const char *name = lua_touserdata(lua, 2);
  procedure_sandbox_library_open(lua);
  if (luaL_loadbufferx(lua, (const char *)text->ptr, text->len, name, "t") != LUA_OK) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_SYNTAX, "%s", lua_tostring(lua, -1));
  }
  lua_call(lua, 0, 1);
  if (!lua_istable(lua, -1)) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "%s: a rule returns one table", name + 1);
  }
  lua_setfield(lua, LUA_REGISTRYINDEX, rule_key);
  return 0;
}

static result sandbox_load(struct procedure_sandbox *sandbox, struct slice text, const char *name) {
  lua_State *lua = sandbox->lua;
  char chunk_name[64]; /* '=': shown as it is */
  (void)snprintf(chunk_name, sizeof chunk_name, "=%s", name);
  ending_reset(sandbox, SANDBOX_LOAD_INSTRUCTIONS);
  lua_sethook(lua, count_hook, LUA_MASKCOUNT, HOOK_EVERY);
  lua_pushcfunction(lua, load_protected);
  lua_pushlightuserdata(lua, &text);
  lua_pushlightuserdata(lua, chunk_name);
  TRY(ending_of(sandbox, lua_pcall(lua, 2, 0, 0), PROCEDURE_RULE_FAILED));
  (void)lua_gc(lua, LUA_GCCOLLECT);
  (void)lua_gc(lua, LUA_GCSTOP); /* a run is short and its garbage goes with it */
  /* lua_sethook again: the countdown to the first call starts anew, in the image too */
  lua_sethook(lua, count_hook, LUA_MASKCOUNT, HOOK_EVERY);
  struct slice used = procedure_sandbox_region_bytes(sandbox->region);
  sandbox->image = heap_alloc(used.len);
  sandbox->image_len = used.len;
  memcpy(sandbox->image, used.ptr, used.len);
  return OK;
}

result procedure_sandbox_open(struct slice text, const char *name, struct procedure_sandbox **ret_sandbox) {
  if (text.len > SANDBOX_TEXT_BYTES_MAX) {
    FAIL(PROCEDURE_RULE_SYNTAX, "%s: %zu bytes of rule text, at most %d", name, text.len, SANDBOX_TEXT_BYTES_MAX);
  }
  struct procedure_sandbox *sandbox CLEANUP(procedure_sandbox_close) = heap_alloc(sizeof *sandbox);
  *sandbox = (struct procedure_sandbox){.region = procedure_sandbox_region_new(SANDBOX_MEMORY_BYTES)};
  if (!sandbox->region) {
    FAIL(PROCEDURE_RULE_MEMORY, "%s: no memory from the system", name);
  }
  sandbox->lua = lua_newstate(procedure_sandbox_region_alloc, sandbox->region);
  if (!sandbox->lua) {
    FAIL(PROCEDURE_RULE_MEMORY, "%s: the region is too small for a state", name);
  }
  *(struct procedure_sandbox **)lua_getextraspace(sandbox->lua) = sandbox;
  TRY(sandbox_load(sandbox, text, name));
  *ret_sandbox = sandbox;
  sandbox = NULL;
  return OK;
}

void procedure_sandbox_close(struct procedure_sandbox **sandbox) {
  if (*sandbox) {
    /* no lua_close: the state owns nothing outside its region */
    procedure_sandbox_region_free((*sandbox)->region);
    free((*sandbox)->image);
    free(*sandbox);
    *sandbox = NULL;
  }
}

static int run_protected(lua_State *lua) {
  const struct call *call = lua_touserdata(lua, 1);
  lua_settop(lua, 0);
  (void)lua_getfield(lua, LUA_REGISTRYINDEX, rule_key);
  call->body(lua, call->arg);
  return 0;
}

result procedure_sandbox_run(struct procedure_sandbox *sandbox, procedure_sandbox_body body, void *arg) {
  struct call call = {body, arg};
  ending_reset(sandbox, SANDBOX_RUN_INSTRUCTIONS);
  lua_pushcfunction(sandbox->lua, run_protected);
  lua_pushlightuserdata(sandbox->lua, &call);
  result r = ending_of(sandbox, lua_pcall(sandbox->lua, 1, 0, 0), PROCEDURE_RULE_FAILED);
  procedure_sandbox_region_restore(sandbox->region, slice_of(sandbox->image, sandbox->image_len));
  return r;
}
