/* oidc/waiting/tables.h: the tables of requests that wait for a person elsewhere. (private to oidc/) */
#pragma once

extern const char oidc_waiting_tables[];
