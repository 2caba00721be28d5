/* oidc/token_tables.h: the tables of keys and tokens, version 2 of the module's. (private to oidc/) */
#pragma once

extern const char oidc_token_tables[];
