/* db/libpq.h: libpq, loaded when a database on a server is opened: with what it brings it would be half of what every start maps. (private to db/)
 *
 * Whoever opens a database begins with db_libpq_load; the names below are then libpq's own functions.
 */
#pragma once
#include <libpq-fe.h>

#include "base/result.h"

#define DB_LIBPQ_FUNCTIONS(EACH)  \
  EACH(PQbackendPID)              \
  EACH(PQclear)                   \
  EACH(PQcmdStatus)               \
  EACH(PQcmdTuples)               \
  EACH(PQconnectPoll)             \
  EACH(PQconnectStartParams)      \
  EACH(PQconnectionNeedsPassword) \
  EACH(PQconninfoFree)            \
  EACH(PQconninfoParse)           \
  EACH(PQconsumeInput)            \
  EACH(PQenterPipelineMode)       \
  EACH(PQerrorMessage)            \
  EACH(PQexec)                    \
  EACH(PQfinish)                  \
  EACH(PQfreemem)                 \
  EACH(PQftype)                   \
  EACH(PQgetResult)               \
  EACH(PQgetisnull)               \
  EACH(PQgetlength)               \
  EACH(PQgetvalue)                \
  EACH(PQhost)                    \
  EACH(PQisBusy)                  \
  EACH(PQnfields)                 \
  EACH(PQnparams)                 \
  EACH(PQntuples)                 \
  EACH(PQparameterStatus)         \
  EACH(PQparamtype)               \
  EACH(PQpipelineSync)            \
  EACH(PQport)                    \
  EACH(PQresultErrorField)        \
  EACH(PQresultStatus)            \
  EACH(PQsendDescribePrepared)    \
  EACH(PQsendPrepare)             \
  EACH(PQsendQueryParams)         \
  EACH(PQsendQueryPrepared)       \
  EACH(PQserverVersion)           \
  EACH(PQsetErrorVerbosity)       \
  EACH(PQsetNoticeReceiver)       \
  EACH(PQsocket)                  \
  EACH(PQstatus)

#define DB_LIBPQ_MEMBER(name) __typeof__(name) *name;
struct db_libpq {
  DB_LIBPQ_FUNCTIONS(DB_LIBPQ_MEMBER)
};

/* BASE_LIBRARY: it is not installed. */
MUST_USE result db_libpq_load(void);
const struct db_libpq *db_libpq(void);

#define PQbackendPID db_libpq()->PQbackendPID
#define PQclear db_libpq()->PQclear
#define PQcmdStatus db_libpq()->PQcmdStatus
#define PQcmdTuples db_libpq()->PQcmdTuples
#define PQconnectPoll db_libpq()->PQconnectPoll
#define PQconnectStartParams db_libpq()->PQconnectStartParams
#define PQconnectionNeedsPassword db_libpq()->PQconnectionNeedsPassword
#define PQconninfoFree db_libpq()->PQconninfoFree
#define PQconninfoParse db_libpq()->PQconninfoParse
#define PQconsumeInput db_libpq()->PQconsumeInput
#define PQenterPipelineMode db_libpq()->PQenterPipelineMode
#define PQerrorMessage db_libpq()->PQerrorMessage
#define PQexec db_libpq()->PQexec
#define PQfinish db_libpq()->PQfinish
#define PQfreemem db_libpq()->PQfreemem
#define PQftype db_libpq()->PQftype
#define PQgetResult db_libpq()->PQgetResult
#define PQgetisnull db_libpq()->PQgetisnull
#define PQgetlength db_libpq()->PQgetlength
#define PQgetvalue db_libpq()->PQgetvalue
#define PQhost db_libpq()->PQhost
#define PQisBusy db_libpq()->PQisBusy
#define PQnfields db_libpq()->PQnfields
#define PQnparams db_libpq()->PQnparams
#define PQntuples db_libpq()->PQntuples
#define PQparameterStatus db_libpq()->PQparameterStatus
#define PQparamtype db_libpq()->PQparamtype
#define PQpipelineSync db_libpq()->PQpipelineSync
#define PQport db_libpq()->PQport
#define PQresultErrorField db_libpq()->PQresultErrorField
#define PQresultStatus db_libpq()->PQresultStatus
#define PQsendDescribePrepared db_libpq()->PQsendDescribePrepared
#define PQsendPrepare db_libpq()->PQsendPrepare
#define PQsendQueryParams db_libpq()->PQsendQueryParams
#define PQsendQueryPrepared db_libpq()->PQsendQueryPrepared
#define PQserverVersion db_libpq()->PQserverVersion
#define PQsetErrorVerbosity db_libpq()->PQsetErrorVerbosity
#define PQsetNoticeReceiver db_libpq()->PQsetNoticeReceiver
#define PQsocket db_libpq()->PQsocket
#define PQstatus db_libpq()->PQstatus
