/* oidc/client.h: the client register's inside. (private to oidc/) */
#pragma once
#include "oidc/attribute.h"
#include "oidc/oidc.h"

bool oidc_client_id_is_good(struct slice client_id);
/* One that is nobody's yet. It begins with a letter or a digit: at a command line it is no option. */
enum { OIDC_CLIENT_ID_CHARACTERS = 24 };
struct slice oidc_client_id_make(struct random *random, struct arena *arena);
/* A key set as text, members as they came. CODEC_JSON_...: not public signature keys only. */
MUST_USE result oidc_client_keys_write(const struct jin *keys, struct arena *arena, struct slice *ret_text);

/* Clients read a moment ago, by id. */
struct oidc_client_cache;
struct oidc_client_cache *oidc_client_cache_new(void);
void oidc_client_cache_free(struct oidc_client_cache **cache); /* NULL is fine */
/* After a change in this process: the next load reads anew. Other processes see it by the version row, within half a second. */
void oidc_client_cache_drop(struct oidc_client_cache *cache);
