#include "access/table.h"

/* Words for cells: read them as sentences. */
enum {
  SELF = ACCESS_MAY | ACCESS_SELF,
  SELF_AT_LEVEL = SELF | ACCESS_HAS_LEVEL,
  SELF_WITH_PASSCODE = SELF | ACCESS_WITH_PASSCODE,
  POST = ACCESS_MAY | ACCESS_HAS_LEVEL,
  NOT_OWN = POST | ACCESS_NOT_OWN,
  DESK = NOT_OWN | ACCESS_AGENCY,
  DESK_READ = DESK | ACCESS_WITH_PURPOSE,
  DESK_PERSON = DESK_READ | ACCESS_IN_DOSSIER,
  PLACE = NOT_OWN | ACCESS_PLACE,
  FREE = ACCESS_MAY,
};
enum { QUIET = false, SENSITIVE = true };

#define CITIZEN(cell) [ACCESS_CITIZEN] = (cell)
#define ONE_STOP(cell) [ACCESS_ONE_STOP_OFFICER] = (cell)
#define RECORDS(cell) [ACCESS_RECORDS_OFFICER] = (cell)
#define DECIDER(cell) [ACCESS_DECIDER] = (cell)
#define SEALER(cell) [ACCESS_SEALER] = (cell)
#define SUPERVISOR(cell) [ACCESS_SUPERVISOR] = (cell)
#define COLLECTOR(cell) [ACCESS_COLLECTOR] = (cell)
#define APPROVER(cell) [ACCESS_APPROVER] = (cell)
#define OPERATOR(cell) [ACCESS_OPERATOR] = (cell)
#define SYSTEM(cell) [ACCESS_SYSTEM] = (cell)

/* A role that a row does not name never has that act. */
const struct access_row access_table[ACCESS_ACT_COUNT] = {
    /* a citizen's own; the desk writes down what a citizen without a phone says */
    [ACCESS_DOSSIER_SUBMIT] = {"dossier.submit", QUIET, {CITIZEN(SELF_AT_LEVEL), ONE_STOP(DESK)}},
    [ACCESS_DOSSIER_VIEW_OWN] = {"dossier.view_own", SENSITIVE, {CITIZEN(SELF)}},
    [ACCESS_DOSSIER_WITHDRAW] = {"dossier.withdraw", QUIET, {CITIZEN(SELF), ONE_STOP(DESK)}},
    [ACCESS_DOSSIER_SUPPLEMENT] = {"dossier.supplement", QUIET, {CITIZEN(SELF), ONE_STOP(DESK)}},
    [ACCESS_DOSSIER_PAY] = {"dossier.pay", QUIET, {CITIZEN(SELF), SYSTEM(FREE)}},
    [ACCESS_DOCUMENT_LIST] = {"document.list", QUIET, {CITIZEN(SELF)}},
    [ACCESS_DOCUMENT_OPEN] = {"document.open", SENSITIVE, {CITIZEN(SELF_WITH_PASSCODE)}},
    [ACCESS_READS_VIEW] = {"reads.view", QUIET, {CITIZEN(SELF)}},
    [ACCESS_HISTORY_VIEW] = {"history.view", QUIET, {CITIZEN(SELF)}},
    [ACCESS_AUTHENTICATOR_VIEW] = {"authenticator.view", QUIET, {CITIZEN(SELF)}},
    [ACCESS_AUTHENTICATOR_CHANGE] = {"authenticator.change", SENSITIVE, {CITIZEN(SELF)}},
    [ACCESS_SESSION_END] = {"session.end", QUIET, {CITIZEN(SELF)}},
    [ACCESS_ACCOUNT_LOCK_OWN] = {"account.lock_own", QUIET, {CITIZEN(SELF)}},
    [ACCESS_ACCOUNT_UNLOCK_OWN] = {"account.unlock_own", SENSITIVE, {CITIZEN(SELF)}},
    [ACCESS_RECOVERY_OWN] = {"recovery.own", QUIET, {CITIZEN(SELF)}},
    [ACCESS_RECOVERY_HELP] = {"recovery.help", SENSITIVE, {CITIZEN(FREE | ACCESS_HAS_LEVEL)}},
    [ACCESS_MANDATE_VIEW] = {"mandate.view", QUIET, {CITIZEN(SELF)}},
    [ACCESS_MANDATE_GIVE] = {"mandate.give", SENSITIVE, {CITIZEN(SELF_AT_LEVEL | ACCESS_WITH_PASSCODE)}},
    [ACCESS_MANDATE_ACCEPT] = {"mandate.accept", SENSITIVE, {CITIZEN(SELF_AT_LEVEL)}},
    [ACCESS_MANDATE_END] = {"mandate.end", QUIET, {CITIZEN(SELF)}},
    [ACCESS_MISUSE_REPORT] = {"misuse.report", QUIET, {CITIZEN(SELF)}},
    /* the desk */
    [ACCESS_QUEUE_VIEW] = {"queue.view", QUIET, {ONE_STOP(POST), RECORDS(POST), DECIDER(POST), SEALER(POST),
                                                SUPERVISOR(POST), COLLECTOR(POST), APPROVER(POST)}},
    [ACCESS_DOSSIER_ASSIST] = {"dossier.assist", SENSITIVE, {ONE_STOP(DESK_READ)}},
    [ACCESS_DOSSIER_VIEW] = {"dossier.view", SENSITIVE,
                             {ONE_STOP(DESK_READ), RECORDS(DESK_READ), DECIDER(DESK_READ), SEALER(DESK_READ),
                              SUPERVISOR(PLACE | ACCESS_WITH_PURPOSE), COLLECTOR(DESK_READ), APPROVER(DESK_READ),
                              SYSTEM(FREE | ACCESS_WITH_PURPOSE)}},
    [ACCESS_DOSSIER_RECEIVE] = {"dossier.receive", QUIET, {ONE_STOP(DESK), RECORDS(DESK), SYSTEM(FREE)}},
    /* [Directive 24/CT-TTg 2025] who receives and who processes must look the registers up themselves */
    [ACCESS_DOSSIER_LOOK_UP] = {"dossier.look_up", SENSITIVE, {ONE_STOP(DESK_PERSON), RECORDS(DESK_PERSON), DECIDER(DESK_PERSON)}},
    [ACCESS_DOSSIER_SUPPLEMENT_REQUEST] = {"dossier.supplement_request", QUIET, {ONE_STOP(DESK), RECORDS(DESK)}},
    [ACCESS_DOSSIER_COMPONENT_REQUEST] = {"dossier.component_request", SENSITIVE, {ONE_STOP(DESK), RECORDS(DESK)}},
    [ACCESS_DOSSIER_COMPLEX] = {"dossier.complex", SENSITIVE, {RECORDS(DESK)}}, /* whoever processes it */
    /* the desk refuses to receive, the decider refuses to grant */
    [ACCESS_DOSSIER_REFUSE] = {"dossier.refuse", SENSITIVE, {ONE_STOP(DESK), DECIDER(DESK)}},
    [ACCESS_DOSSIER_DECIDE] = {"dossier.decide", SENSITIVE, {DECIDER(DESK)}},
    [ACCESS_DOSSIER_SIGN] = {"dossier.sign", SENSITIVE, {DECIDER(DESK)}},
    [ACCESS_DOSSIER_SEAL] = {"dossier.seal", SENSITIVE, {SEALER(DESK | ACCESS_NOT_DECIDER)}},
    [ACCESS_DOSSIER_APOLOGY] = {"dossier.apology", QUIET, {ONE_STOP(DESK), RECORDS(DESK), SYSTEM(FREE)}},
    [ACCESS_DOSSIER_RETURN] = {"dossier.return", QUIET, {ONE_STOP(DESK), SYSTEM(FREE)}},
    [ACCESS_REGISTER_SEARCH] = {"register.search", SENSITIVE, {ONE_STOP(DESK_PERSON), RECORDS(DESK_PERSON), DECIDER(DESK_PERSON),
                                                           COLLECTOR(DESK_PERSON), APPROVER(DESK_PERSON)}},
    /* the card lies on the desk: the officer types its number and does not search [Decree 69/2024 Art 12] */
    /* at any desk, whatever the residence [Decree 69/2024 Art 11] */
    [ACCESS_RECOVERY_VIEW] = {"recovery.view", SENSITIVE, {COLLECTOR(NOT_OWN | ACCESS_WITH_PURPOSE), APPROVER(NOT_OWN | ACCESS_WITH_PURPOSE)}},
    [ACCESS_RECOVERY_COLLECT] = {"recovery.collect", SENSITIVE, {COLLECTOR(NOT_OWN)}},
    [ACCESS_RECOVERY_APPROVE] = {"recovery.approve", SENSITIVE, {APPROVER(NOT_OWN | ACCESS_NOT_COLLECTOR)}},
    [ACCESS_RECOVERY_REJECT] = {"recovery.reject", SENSITIVE, {COLLECTOR(NOT_OWN), APPROVER(NOT_OWN)}},
    [ACCESS_ENROL_COLLECT] = {"enrol.collect", SENSITIVE, {COLLECTOR(DESK)}},
    [ACCESS_ENROL_APPROVE] = {"enrol.approve", SENSITIVE, {APPROVER(DESK | ACCESS_NOT_COLLECTOR)}},
    [ACCESS_ENROL_REJECT] = {"enrol.reject", SENSITIVE, {APPROVER(DESK | ACCESS_NOT_COLLECTOR)}},
    [ACCESS_ENROL_APPLY] = {"enrol.apply", SENSITIVE, {CITIZEN(SELF_AT_LEVEL)}},
    [ACCESS_ORGANISATION_ENROL] = {"organisation.enrol", SENSITIVE, {CITIZEN(SELF_AT_LEVEL)}},
    [ACCESS_EVIDENCE_VIEW] = {"evidence.view", SENSITIVE, {COLLECTOR(DESK_READ), APPROVER(DESK_READ)}},
    [ACCESS_ENROL_CODE] = {"enrol.code", SENSITIVE, {COLLECTOR(DESK), APPROVER(DESK)}},
    /* an authority's request: who enters or forwards it and who decides are two [Decree 69/2024 Art 15] */
    [ACCESS_LOCK_REQUEST_VIEW] = {"lock_request.view", SENSITIVE, {COLLECTOR(POST), APPROVER(POST)}},
    [ACCESS_LOCK_REQUEST_ENTER] = {"lock_request.enter", SENSITIVE, {COLLECTOR(DESK)}},
    [ACCESS_LOCK_REQUEST_DECIDE] = {"lock_request.decide", SENSITIVE, {APPROVER(DESK | ACCESS_NOT_COLLECTOR)}},
    /* a notarised authorisation: who enters it and who confirms it are two */
    [ACCESS_MANDATE_ENTER] = {"mandate.enter", SENSITIVE, {ONE_STOP(DESK)}},
    [ACCESS_MANDATE_CONFIRM] = {"mandate.confirm", SENSITIVE,
                                {ONE_STOP(DESK | ACCESS_NOT_COLLECTOR), RECORDS(DESK | ACCESS_NOT_COLLECTOR), DECIDER(DESK | ACCESS_NOT_COLLECTOR)}},
    /* the house */
    [ACCESS_MISUSE_VIEW] = {"misuse.view", SENSITIVE, {SUPERVISOR(PLACE)}},
    [ACCESS_MISUSE_ANSWER] = {"misuse.answer", SENSITIVE, {SUPERVISOR(PLACE)}},
    [ACCESS_REPORT_VIEW] = {"report.view", QUIET, {SUPERVISOR(POST)}},
    [ACCESS_REFUND_VIEW] = {"refund.view", SENSITIVE, {SUPERVISOR(PLACE)}},
    [ACCESS_ACCOUNT_SHOW] = {"account.show", SENSITIVE, {OPERATOR(NOT_OWN | ACCESS_WITH_PURPOSE), SYSTEM(FREE | ACCESS_WITH_PURPOSE)}},
    [ACCESS_ACCOUNT_CREATE] = {"account.create", SENSITIVE, {OPERATOR(NOT_OWN), SYSTEM(FREE)}},
    [ACCESS_ACCOUNT_LOCK] = {"account.lock", SENSITIVE, {OPERATOR(NOT_OWN), SYSTEM(FREE)}},
    [ACCESS_ACCOUNT_UNLOCK] = {"account.unlock", SENSITIVE, {OPERATOR(NOT_OWN), SYSTEM(FREE)}},
    [ACCESS_REGISTER_IMPORT] = {"register.import", SENSITIVE, {OPERATOR(POST), SYSTEM(FREE)}},
    [ACCESS_LEDGER_REBUILD] = {"ledger.rebuild", SENSITIVE, {SYSTEM(FREE)}},
    [ACCESS_BACKUP_MAKE] = {"backup.make", SENSITIVE, {SYSTEM(FREE)}},
    [ACCESS_CLIENT_VIEW] = {"client.view", QUIET, {OPERATOR(POST), SYSTEM(FREE)}},
    [ACCESS_CLIENT_REGISTER] = {"client.register", SENSITIVE, {OPERATOR(POST), SYSTEM(FREE)}},
    [ACCESS_SIGNING_KEY_ROTATE] = {"signing_key.rotate", SENSITIVE, {SYSTEM(FREE)}},
    [ACCESS_CERTIFICATE_RENEW] = {"certificate.renew", SENSITIVE, {SYSTEM(FREE)}},
};

struct slice access_act_name(enum access_act act) { return slice_str(access_table[act].name); }

bool access_role_has(enum access_role role, enum access_act act) { return (access_table[act].cells[role] & ACCESS_MAY) != 0; }

static const char *const roles[ACCESS_ROLE_COUNT] = {
    [ACCESS_CITIZEN] = "citizen", [ACCESS_ONE_STOP_OFFICER] = "one_stop_officer", [ACCESS_RECORDS_OFFICER] = "records_officer",
    [ACCESS_DECIDER] = "decider", [ACCESS_SEALER] = "sealer",                     [ACCESS_SUPERVISOR] = "supervisor",
    [ACCESS_COLLECTOR] = "collector", [ACCESS_APPROVER] = "approver", [ACCESS_OPERATOR] = "operator", [ACCESS_SYSTEM] = "system",
};

struct slice access_role_name(enum access_role role) { return slice_str(roles[role]); }

int access_role_find(struct slice name) {
  for (int role = ACCESS_CITIZEN + 1; role < ACCESS_SYSTEM; role++) {
    if (slice_is(name, roles[role])) {
      return role;
    }
  }
  return ACCESS_ROLE_NONE;
}
