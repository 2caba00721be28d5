#include <stdio.h>

#include "procedure/declaration.h"

static _Noreturn void wrong(lua_State *lua, const char *where, const char *name, const char *what) {
  procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "%s.%s: %s", where, name, what);
}

struct slice procedure_read_text(lua_State *lua, struct arena *arena, const char *name, bool required,
                                 const char *where) {
  struct slice text = {0};
  int type = lua_getfield(lua, -1, name);
  if (type == LUA_TSTRING) {
    text.ptr = (const uint8_t *)lua_tolstring(lua, -1, &text.len);
    text = arena_copy(arena, text);
  } else if (type != LUA_TNIL) {
    wrong(lua, where, name, "text expected");
  }
  if (required && slice_empty(text)) {
    wrong(lua, where, name, "missing");
  }
  lua_pop(lua, 1);
  return text;
}

int64_t procedure_read_int(lua_State *lua, const char *name, int64_t absent, const char *where) {
  int64_t number = absent;
  int type = lua_getfield(lua, -1, name);
  if (type == LUA_TNUMBER && lua_isinteger(lua, -1)) {
    number = lua_tointeger(lua, -1);
  } else if (type != LUA_TNIL) {
    wrong(lua, where, name, "whole number expected");
  }
  lua_pop(lua, 1);
  return number;
}

int32_t procedure_read_date(lua_State *lua, const char *name, int32_t absent, const char *where) {
  int32_t date = absent;
  int type = lua_getfield(lua, -1, name);
  if (type == LUA_TSTRING) {
    struct slice text = {0};
    text.ptr = (const uint8_t *)lua_tolstring(lua, -1, &text.len);
    if (!is_ok(clock_date_parse(text, &date))) {
      wrong(lua, where, name, "not a date");
    }
  } else if (type != LUA_TNIL) {
    wrong(lua, where, name, "date expected");
  }
  lua_pop(lua, 1);
  return date;
}

size_t procedure_read_word(lua_State *lua, const char *name, const char *const *words, const char *where) {
  if (lua_getfield(lua, -1, name) != LUA_TSTRING) {
    wrong(lua, where, name, "missing");
  }
  const char *text = lua_tostring(lua, -1);
  for (size_t i = 0; words[i]; i++) {
    if (strcmp(words[i], text) == 0) {
      lua_pop(lua, 1);
      return i;
    }
  }
  wrong(lua, where, name, "not a known word");
}

bool procedure_read_table(lua_State *lua, const char *name, bool required, const char *where) {
  int type = lua_getfield(lua, -1, name);
  if (type == LUA_TTABLE) {
    return true;
  }
  if (type != LUA_TNIL || required) {
    wrong(lua, where, name, "table expected");
  }
  lua_pop(lua, 1);
  return false;
}
