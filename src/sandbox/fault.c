#include "sandbox/sandbox.h"

const struct sandbox_fault_row sandbox_faults[SANDBOX_FAULT_COUNT] = {
    {SANDBOX_FAULT_SLOW, "slow", "Mọi trả lời chậm 6 giây", "Every answer takes 6 seconds"},
    {SANDBOX_FAULT_REFUSE, "refuse", "Người dùng từ chối: access_denied", "The person refuses: access_denied"},
    {SANDBOX_FAULT_EXPIRED, "expired", "Mã và token coi như hết hạn", "Codes and tokens count as expired"},
    {SANDBOX_FAULT_SERVER_ERROR, "server_error", "Lỗi máy chủ: 500", "Server error: 500"},
    {SANDBOX_FAULT_UNAVAILABLE, "unavailable", "Tạm ngừng phục vụ: 503", "Unavailable for a while: 503"},
    {SANDBOX_FAULT_SIGNATURE, "signature", "ID token có chữ ký sai", "ID tokens with a broken signature"},
    {SANDBOX_FAULT_KEY, "key", "ID token ký bằng khóa không có trong JWKS", "ID tokens under a key that the JWKS does not have"},
    {SANDBOX_FAULT_ID_EXPIRED, "id_expired", "ID token đã hết hạn một giờ", "ID tokens that ran out an hour ago"},
    {SANDBOX_FAULT_NONCE, "nonce", "ID token mang nonce khác", "ID tokens with another nonce"},
    {SANDBOX_FAULT_AUDIENCE, "audience", "ID token dành cho bên khác", "ID tokens for another client"},
};

unsigned sandbox_fault_find(struct slice name) {
  for (size_t i = 0; i < SANDBOX_FAULT_COUNT; i++) {
    if (slice_is(name, sandbox_faults[i].name)) {
      return (unsigned)sandbox_faults[i].fault;
    }
  }
  return 0;
}

result sandbox_faults_load(struct db_tx *tx, struct slice client_id, unsigned *ret_faults) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT faults FROM sandbox_fault WHERE client_id = $1", DB_ARGS(db_of_text(client_id)), &rows));
  *ret_faults = db_rows_next(&rows) ? (unsigned)db_int(&rows, 0) : 0;
  return rows.status;
}

struct saving {
  struct slice client_id;
  unsigned faults;
};

static result write_faults(struct db_tx *tx, void *arg) {
  const struct saving *saving = arg;
  return db_run(tx, "INSERT INTO sandbox_fault (client_id, faults) VALUES ($1, $2) ON CONFLICT (client_id) DO UPDATE SET faults = excluded.faults",
                DB_ARGS(db_of_text(saving->client_id), db_of_int(saving->faults)), NULL);
}

result sandbox_faults_save(struct env *env, struct slice client_id, unsigned faults) {
  if (faults >= 1U << SANDBOX_FAULT_COUNT) {
    FAIL(SANDBOX_FAULT, "a switch that is none");
  }
  return db_write(env->db, write_faults, &(struct saving){client_id, faults});
}
