#include "message/message.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/base64.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

struct post {
  char dir[64];
  struct arena arena;
  struct clock clock;
  struct random random;
  struct env env;
  int sent;
  result answer;         /* of the sender */
  int64_t retry_after_ms;
  struct message message; /* what write_send sends */
  struct slice purpose;
};

static int set_up(void **state) {
  static struct db_migration migrations[16];
  size_t count = 0;
  for (const struct db_migration *m = ledger_migrations; m->module; m++) {
    migrations[count++] = *m;
  }
  for (const struct db_migration *m = message_migrations; m->module; m++) {
    migrations[count++] = *m;
  }
  struct post *p = calloc(1, sizeof *p);
  (void)snprintf(p->dir, sizeof p->dir, "/tmp/danh_message_test_XXXXXX");
  assert_non_null(mkdtemp(p->dir));
  arena_init(&p->arena);
  p->clock = clock_fixed(1718935200000);
  p->random = random_seeded(3);
  struct db_options options = {
      .path = (const char *)arena_printf(&p->arena, "%s/danh.db", p->dir).ptr, .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &p->env.db));
  p->env.clock = &p->clock;
  p->env.random = &p->random;
  *state = p;
  return 0;
}

static int tear_down(void **state) {
  struct post *p = *state;
  db_close(&p->env.db);
  int ignored = system((const char *)arena_printf(&p->arena, "rm -rf %s", p->dir).ptr);
  arena_free(&p->arena);
  free(p);
  return ignored;
}

static result write_send(struct db_tx *tx, void *arg) {
  struct post *p = arg;
  return message_send(&p->env, tx, &p->message);
}
static result write_end(struct db_tx *tx, void *arg) {
  struct post *p = arg;
  return message_code_end(&p->env, tx, 7, p->purpose);
}
static result write_limit(struct db_tx *tx, void *arg) {
  struct post *p = arg;
  return message_limit_set(&p->env, tx, S("address_codes_max"), 2);
}

static result send_code(struct post *p, int64_t code_id, struct slice text) {
  clock_fixed_set(&p->clock, clock_now_ms(&p->clock) + 1); /* ids are ordered by time */
  p->message = (struct message){.person_id = 7, .kind = MESSAGE_CODE, .channel = MESSAGE_SMS, .address = S("0912345678"), .purpose = S("sign_in"),
                                .code_id = code_id, .text = text};
  return db_write(p->env.db, write_send, p);
}
static result send_notice(struct post *p, struct slice text) {
  p->message = (struct message){.person_id = 7, .kind = MESSAGE_NOTICE, .channel = MESSAGE_SMS, .address = S("0912345678"),
                                .purpose = S("new_device"), .text = text};
  return db_write(p->env.db, write_send, p);
}

static struct message_list listed(struct post *p) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct message_list list = {0};
  assert_ok(db_read_begin(p->env.db, &tx));
  assert_ok(message_list(tx, 7, 20, &p->arena, &list));
  return list;
}

static result answer_as_told(struct env *env, void *context, const struct message_item *item, struct arena *arena, struct message_outcome *outcome) {
  (void)env;
  (void)arena;
  struct post *p = context;
  assert_true(item->text.len > 0);
  p->sent++;
  outcome->retry_after_ms = p->retry_after_ms;
  outcome->reference = S("gateway-1");
  return p->answer;
}

static int64_t deliver(struct post *p, result answer) {
  struct message_senders senders = {.sms = {.send = answer_as_told, .context = p}};
  int64_t left = 0;
  p->answer = answer;
  assert_ok(message_send_due(&p->env, &senders, &left));
  return left;
}

static void sends_once_and_marks(void **state) {
  struct post *p = *state;
  assert_ok(send_code(p, 1, S("Mã: 12345678")));
  assert_int_equal(deliver(p, OK), 0);
  assert_int_equal(deliver(p, OK), 0);
  assert_int_equal(p->sent, 1);
  assert_int_equal(listed(p).items[0].state, MESSAGE_SENT);
}

static void sends_again_what_was_not_taken_and_waits_as_asked(void **state) {
  struct post *p = *state;
  assert_ok(send_code(p, 1, S("Mã: 12345678")));
  p->retry_after_ms = 60000;
  assert_int_equal(deliver(p, (result){MESSAGE_UNREACHABLE}), 1);
  clock_fixed_set(&p->clock, clock_now_ms(&p->clock) + 59000);
  assert_int_equal(deliver(p, OK), 1); /* not before the gateway asked for */
  assert_int_equal(p->sent, 1);
  clock_fixed_set(&p->clock, clock_now_ms(&p->clock) + 1000);
  assert_int_equal(deliver(p, OK), 0);
  assert_int_equal(p->sent, 2);
}

static void gives_up_what_is_refused_for_good(void **state) {
  struct post *p = *state;
  assert_ok(send_code(p, 1, S("Mã: 12345678")));
  assert_int_equal(deliver(p, (result){MESSAGE_REFUSED}), 0);
  assert_int_equal(listed(p).items[0].state, MESSAGE_STATE_REFUSED);
  assert_int_equal(listed(p).items[0].text.len, 0); /* nobody needs that code any more */
}

static void never_sends_an_expired_code(void **state) {
  struct post *p = *state;
  assert_ok(send_code(p, 1, S("Mã: 12345678")));
  clock_fixed_set(&p->clock, clock_now_ms(&p->clock) + 15 * 60 * 1000);
  assert_int_equal(deliver(p, OK), 1);
  assert_int_equal(p->sent, 0);
  assert_ok(message_sweep(&p->env));
  assert_int_equal(listed(p).items[0].state, MESSAGE_EXPIRED);
  assert_int_equal(listed(p).items[0].text.len, 0);
}

static void keeps_one_code_of_a_purpose(void **state) {
  struct post *p = *state;
  assert_ok(send_code(p, 1, S("Mã: 11111111")));
  assert_ok(send_code(p, 2, S("Mã: 22222222")));
  struct message_list list = listed(p);
  assert_int_equal(list.items[1].state, MESSAGE_WITHDRAWN);
  assert_int_equal(list.items[1].text.len, 0);
  assert_int_equal(deliver(p, OK), 0);
  assert_int_equal(p->sent, 1);
  p->purpose = S("sign_in");
  assert_ok(db_write(p->env.db, write_end, p));
  assert_int_equal(listed(p).items[0].text.len, 0); /* used: emptied */
  assert_int_equal(listed(p).items[0].state, MESSAGE_SENT);
}

/* [N14 refuses] */
static void n14_refuses_a_flood_of_codes_but_never_a_notice(void **state) {
  struct post *p = *state;
  assert_ok(db_write(p->env.db, write_limit, p));
  assert_ok(send_code(p, 1, S("Mã: 11111111")));
  assert_ok(send_code(p, 2, S("Mã: 22222222")));
  assert_int_equal(send_code(p, 3, S("Mã: 33333333")).code, MESSAGE_TOO_MANY);
  struct db_tx *tx = NULL;
  int64_t wait_s = 0;
  assert_ok(db_read_begin(p->env.db, &tx));
  assert_ok(message_wait(&p->env, tx, &p->message, &wait_s));
  db_read_end(&tx);
  assert_int_equal(wait_s, 1800);
  for (int i = 0; i < 20; i++) {
    assert_ok(send_notice(p, arena_printf(&p->arena, "Thiết bị mới số %d", i)));
  }
  clock_fixed_set(&p->clock, clock_now_ms(&p->clock) + 1800 * 1000);
  assert_ok(send_code(p, 3, S("Mã: 33333333")));
}

static void says_the_same_notice_once_while_it_waits(void **state) {
  struct post *p = *state;
  assert_ok(send_notice(p, S("Có thiết bị mới")));
  assert_ok(send_notice(p, S("Có thiết bị mới")));
  assert_int_equal(listed(p).count, 1);
}

static void refuses_addresses_that_would_write_headers(void **state) {
  (void)state;
  static const char *const good[] = {"a@b.vn", "nguyen.van-a+x@thu.example.vn"};
  static const char *const bad[] = {"", "@b.vn", "a@b", "a@b.", "a@.vn", "a b@c.vn", "a@b.vn\r\nBcc: x@y.vn", "a@b.vn,c@d.vn", "<a@b.vn>", "a@b@c.vn",
                                    "a..b@c.vn", "\"a\"@b.vn", "a@b_c.vn", "é@b.vn"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(message_is_address(MESSAGE_EMAIL, slice_str(good[i])));
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_false(message_is_address(MESSAGE_EMAIL, slice_str(bad[i])));
  }
  assert_false(message_is_address(MESSAGE_EMAIL, slice_of("a\0@b.vn", 7)));
  assert_true(message_is_address(MESSAGE_SMS, S("+84912345678")));
  assert_false(message_is_address(MESSAGE_SMS, S("0912 345 678")));
  assert_false(message_is_address(MESSAGE_SMS, S("tel:0912345678")));
}

/* [RFC2047 2 MUST] [RFC2047 5 MUST] [RFC2045 6.8 MUST] */
static void writes_vietnamese_mail(void **state) {
  struct post *p = *state;
  struct message_mail mail = {.from = S("khong-tra-loi@danh.example"), .from_name = S("Định danh điện tử"), .at_ms = 1718935200000};
  struct message_item item = {.message_id = 5, .created_at_ms = 1, .address = S("a@b.vn"),
                              .subject = S("Thiết bị mới vừa đăng nhập vào tài khoản định danh điện tử của bạn"), .text = S("Dòng một\nDòng hai")};
  struct slice bytes;
  assert_ok(message_mail_write(&p->arena, &mail, &item, &bytes));
  assert_non_null(memmem(bytes.ptr, bytes.len, "Date: Fri, 21 Jun 2024 09:00:00 +0700\r\n", 39));
  struct slice name = base64_write(&p->arena, mail.from_name);
  assert_non_null(memmem(bytes.ptr, bytes.len, name.ptr, name.len));
  struct slice rest = bytes;
  while (rest.len > 0) {
    struct slice line = slice_cut(&rest, '\n');
    assert_true(line.len <= 78); /* [RFC5322 2.1.1] */
    for (size_t i = 0; i < line.len; i++) {
      assert_true(line.ptr[i] < 0x80);
    }
  }
  struct slice body = base64_write(&p->arena, S("Dòng một\r\nDòng hai"));
  assert_non_null(memmem(bytes.ptr, bytes.len, body.ptr, body.len));
  item.subject = S("x\r\nBcc: y@z.vn");
  assert_int_equal(message_mail_write(&p->arena, &mail, &item, &bytes).code, MESSAGE_TEXT);
}

static void follows_the_table_of_moves(void **state) {
  (void)state;
  assert_true(message_move_is_allowed(MESSAGE_QUEUED, MESSAGE_SENT));
  assert_true(message_move_is_allowed(MESSAGE_SENT, MESSAGE_DELIVERED));
  assert_false(message_move_is_allowed(MESSAGE_SENT, MESSAGE_QUEUED));
  assert_false(message_move_is_allowed(MESSAGE_EXPIRED, MESSAGE_SENT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(sends_once_and_marks),
      TEST(sends_again_what_was_not_taken_and_waits_as_asked),
      TEST(gives_up_what_is_refused_for_good),
      TEST(never_sends_an_expired_code),
      TEST(keeps_one_code_of_a_purpose),
      TEST(n14_refuses_a_flood_of_codes_but_never_a_notice),
      TEST(says_the_same_notice_once_while_it_waits),
      TEST(refuses_addresses_that_would_write_headers),
      TEST(writes_vietnamese_mail),
      TEST(follows_the_table_of_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
