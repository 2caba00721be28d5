#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "procedure/sandbox.h"

/* What a rule may call, as taken from Lua. Absent on purpose: io os debug load require print (the world); pcall xpcall coroutine (survive a
 * spent budget); setmetatable getmetatable collectgarbage raw* (finalizers run unhooked); next and Lua's own pairs (order of
 * memory addresses); find match gmatch gsub pack unpack dump table.move (loop in C, where no hook counts); random (not repeatable). */
static const char *const base_functions[] = {"assert", "error", "ipairs", "select", "tonumber", "type", NULL};
static const char *const string_functions[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper", NULL};
static const char *const math_functions[] = {"abs", "ceil", "floor", "max", "min", "tointeger", "type", NULL};
static const char *const math_constants[] = {"maxinteger", "mininteger", NULL};
static const char *const table_functions[] = {"concat", "insert", "remove", "sort", "unpack", NULL};

/* A table or a function shows its kind, never its address. */
static void push_text_of(lua_State *lua, int index) {
  switch (lua_type(lua, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
      (void)luaL_tolstring(lua, index, NULL);
      break;
    default:
      lua_pushstring(lua, luaL_typename(lua, index));
  }
}

static int closed_tostring(lua_State *lua) {
  luaL_checkany(lua, 1);
  push_text_of(lua, 1);
  return 1;
}

/* Upvalue 1: Lua's string.format. Tables become their kind's name; %p is refused. */
static int closed_format(lua_State *lua) {
  size_t len = 0;
  const char *format = luaL_checklstring(lua, 1, &len);
  for (size_t i = 0; i + 1 < len; i++) {
    if (format[i] != '%') {
      continue;
    }
    i++;
    while (i < len && strchr("-+ #0123456789.", format[i])) {
      i++;
    }
    if (i < len && format[i] == 'p') {
      return luaL_error(lua, "string.format: no addresses");
    }
  }
  int count = lua_gettop(lua);
  for (int i = 2; i <= count; i++) {
    if (lua_istable(lua, i) || lua_isfunction(lua, i)) {
      push_text_of(lua, i);
      lua_replace(lua, i);
    }
  }
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, count, 1);
  return 1;
}

/* Upvalue 1: Lua's string.rep. */
static int closed_rep(lua_State *lua) {
  size_t len = 0;
  size_t separator_len = 0;
  (void)luaL_checklstring(lua, 1, &len);
  lua_Integer times = luaL_checkinteger(lua, 2);
  (void)luaL_optlstring(lua, 3, "", &separator_len);
  size_t unit = len + separator_len > 0 ? len + separator_len : 1; /* an empty text repeated still costs a turn */
  if (times > 0 && (size_t)times > SANDBOX_REPEAT_BYTES_MAX / unit) {
    return luaL_error(lua, "string.rep: more than %d bytes", SANDBOX_REPEAT_BYTES_MAX);
  }
  int count = lua_gettop(lua);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, count, 1);
  return 1;
}

/* Upvalue 1: one of Lua's table functions. They walk up to the length in C; a sparse table can claim a length of 2^62. */
static int closed_table_function(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  if (lua_rawlen(lua, 1) > SANDBOX_TABLE_LENGTH_MAX) {
    return luaL_error(lua, "table of more than %d entries", SANDBOX_TABLE_LENGTH_MAX);
  }
  int count = lua_gettop(lua);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, count, LUA_MULTRET);
  return lua_gettop(lua);
}

struct key {
  const char *text; /* NULL: a number */
  size_t len;
  lua_Integer number;
};

/* Numbers first, then text, by byte. */
static int key_order(const void *left, const void *right) {
  const struct key *a = left;
  const struct key *b = right;
  if (!a->text || !b->text) {
    return a->text ? 1 : b->text ? -1 : (a->number > b->number) - (a->number < b->number);
  }
  return slice_cmp(slice_of(a->text, a->len), slice_of(b->text, b->len));
}

/* Upvalues: table, ordered keys, position. */
static int pairs_step(lua_State *lua) {
  for (;;) {
    lua_Integer position = lua_tointeger(lua, lua_upvalueindex(3)) + 1;
    lua_pushinteger(lua, position);
    lua_replace(lua, lua_upvalueindex(3));
    if (lua_rawgeti(lua, lua_upvalueindex(2), position) == LUA_TNIL) {
      return 1;
    }
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) {
      return 2;
    }
    lua_pop(lua, 2); /* removed since */
  }
}

/* pairs in the order of the keys: the same on every machine and every run. */
static int closed_pairs(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 1);
  size_t count = 0;
  for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING && !lua_isinteger(lua, -2)) {
      return luaL_error(lua, "pairs: a key is neither text nor an integer");
    }
    count++;
  }
  struct key *keys = lua_newuserdatauv(lua, (count + 1) * sizeof *keys, 0);
  size_t filled = 0;
  for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
    struct key *key = &keys[filled++];
    *key = (struct key){0};
    if (lua_type(lua, -2) == LUA_TSTRING) {
      key->text = lua_tolstring(lua, -2, &key->len);
    } else {
      key->number = lua_tointeger(lua, -2);
    }
  }
  qsort(keys, count, sizeof *keys, key_order);
  lua_pushvalue(lua, 1);
  lua_createtable(lua, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    if (keys[i].text) {
      (void)lua_pushlstring(lua, keys[i].text, keys[i].len);
    } else {
      lua_pushinteger(lua, keys[i].number);
    }
    lua_rawseti(lua, -2, (lua_Integer)i + 1);
  }
  lua_pushinteger(lua, 0);
  lua_pushcclosure(lua, pairs_step, 3);
  return 1;
}

/* danh.date("2024-06-01") -> days since 1970-01-01, as in d.date */
static int danh_date(lua_State *lua) {
  size_t len = 0;
  const char *text = luaL_checklstring(lua, 1, &len);
  int32_t date = 0;
  if (!is_ok(clock_date_parse(slice_of(text, len), &date))) {
    return luaL_error(lua, "danh.date: not a date");
  }
  lua_pushinteger(lua, date);
  return 1;
}

/* danh.age(birth, on) -> whole years */
static int danh_age(lua_State *lua) {
  lua_pushinteger(lua, clock_age_years((int32_t)luaL_checkinteger(lua, 1), (int32_t)luaL_checkinteger(lua, 2)));
  return 1;
}

static int unknown_global(lua_State *lua) {
  return luaL_error(lua, "rules have no global '%s'", lua_tostring(lua, 2));
}
static int closed_globals(lua_State *lua) {
  return luaL_error(lua, "a rule may not set the global '%s'", lua_tostring(lua, 2));
}

/* Copies named fields from the table at -2 to the table at -1. */
static void copy_fields(lua_State *lua, const char *const *names) {
  for (; *names; names++) {
    (void)lua_getfield(lua, -2, *names);
    lua_setfield(lua, -2, *names);
  }
}

/* The same, each behind a guard that holds the original as its upvalue. */
static void copy_guarded(lua_State *lua, const char *const *names, lua_CFunction guard) {
  for (; *names; names++) {
    (void)lua_getfield(lua, -2, *names);
    lua_pushcclosure(lua, guard, 1);
    lua_setfield(lua, -2, *names);
  }
}

static void set_function(lua_State *lua, const char *name, lua_CFunction function) {
  lua_pushcfunction(lua, function);
  lua_setfield(lua, -2, name);
}

/* In: globals at the top. Opens one of Lua's libraries and leaves it and a new table above. */
static void library_begin(lua_State *lua, const char *name, lua_CFunction open) {
  luaL_requiref(lua, name, open, 0);
  lua_newtable(lua);
}
static void library_end(lua_State *lua, const char *name) {
  lua_remove(lua, -2);
  lua_setfield(lua, -2, name);
}

static void open_string(lua_State *lua) {
  static const char *const format[] = {"format", NULL};
  static const char *const rep[] = {"rep", NULL};
  library_begin(lua, LUA_STRLIBNAME, luaopen_string);
  copy_fields(lua, string_functions);
  copy_guarded(lua, format, closed_format);
  copy_guarded(lua, rep, closed_rep);
  /* ("x"):upper() finds the closed table, and "1" + 1 is an error */
  lua_pushliteral(lua, "");
  lua_createtable(lua, 0, 1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  (void)lua_setmetatable(lua, -2);
  lua_pop(lua, 1);
  library_end(lua, "string");
}

void procedure_sandbox_library_open(lua_State *lua) {
  lua_newtable(lua); /* the globals to be */
  luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
  lua_pushvalue(lua, -2);
  copy_fields(lua, base_functions);
  lua_pop(lua, 2);
  set_function(lua, "pairs", closed_pairs);
  set_function(lua, "tostring", closed_tostring);
  open_string(lua);
  library_begin(lua, LUA_MATHLIBNAME, luaopen_math);
  copy_fields(lua, math_functions);
  copy_fields(lua, math_constants);
  library_end(lua, "math");
  library_begin(lua, LUA_TABLIBNAME, luaopen_table);
  copy_guarded(lua, table_functions, closed_table_function);
  library_end(lua, "table");
  lua_newtable(lua);
  set_function(lua, "date", danh_date);
  set_function(lua, "age", danh_age);
  lua_setfield(lua, -2, "danh");
  lua_createtable(lua, 0, 1);
  set_function(lua, "__index", unknown_global);
  (void)lua_setmetatable(lua, -2);
  /* what rules see as their globals is an empty table that finds these and takes nothing */
  lua_newtable(lua);
  lua_createtable(lua, 0, 2);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  set_function(lua, "__newindex", closed_globals);
  (void)lua_setmetatable(lua, -2);
  lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pop(lua, 1);
  /* let go of Lua's own tables */
  lua_pushnil(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}
