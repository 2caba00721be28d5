/* danh client: the register of relying parties: who may ask people to sign in, for what, and which attributes. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "oidc/oidc.h"

enum { FILE_BYTES_MAX = 64 * 1024, CLIENT_ID_BYTES_MAX = 64 };

const struct cli_option cli_client_options[] = {
    {"replace", NULL, "add: takes the place of a client of that client_id"},
    {0},
};

static const struct slice role = S_INIT("operator@cli");

/* ---- what runs under the installation's lock, here or in the server: rows "client.add" ... of cli_writes ---- */

static result check_access(struct env *env, enum access_act act) {
  return access_require(env, &(const struct access_request){.act = act, .is_system = true});
}

static void put_row(struct jout *out, const struct oidc_client_row *row) {
  jout_object(out);
  jout_put_text(out, "client_id", row->client_id);
  jout_put_str(out, "status", row->status == OIDC_CLIENT_ACTIVE ? "active" : "disabled");
  jout_put_bool(out, "dynamic", row->is_dynamic);
  jout_put_instant(out, "created_at", row->created_at_ms);
  jout_put_instant(out, "changed_at", row->changed_at_ms);
  jout_put_raw(out, "metadata", row->metadata);
  jout_object_end(out);
}

result cli_client_add(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct env *env = &installation->env;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice text = {0};
  struct oidc_client_order order = {.actor = {0, role}};
  struct jin_doc doc;
  TRY(jin_fields(args, (const char *const[]){"metadata", "replace", NULL}));
  TRY(jin_text(args, "metadata", FILE_BYTES_MAX, &text));
  TRY(jin_bool_optional(args, "replace", &order.replaces));
  TRY(check_access(env, ACCESS_CLIENT_REGISTER));
  jin_doc_init(&doc, &arena, (struct jin_limits){FILE_BYTES_MAX, 16, 10000});
  order.metadata_text = text;
  struct oidc_client_made made;
  result saved = jin_parse(&doc, text, &order.metadata);
  saved = is_ok(saved) ? oidc_client_save(env, &arena, &order, &made) : saved;
  if (!is_ok(saved) && doc.fault.code == saved.code) {
    return fault_set(__FILE__, __LINE__, saved.code, "%.*s %s", SLICE_ARG(doc.fault.path), doc.fault.reason);
  }
  TRY(saved);
  jout_object(out);
  jout_put_text(out, "client_id", made.client_id);
  jout_put_text_or_null(out, "client_secret", made.secret);
  jout_object_end(out);
  return OK;
}

static result read_id(const struct jin *args, struct oidc_client_change *change) {
  change->actor.role = role;
  TRY(jin_fields(args, (const char *const[]){"client_id", NULL}));
  return jin_text(args, "client_id", CLIENT_ID_BYTES_MAX, &change->client_id);
}

static result switch_client(struct server_installation *installation, const struct jin *args, struct jout *out, bool disables) {
  struct env *env = &installation->env;
  struct oidc_client_change change = {0};
  TRY(read_id(args, &change));
  TRY(check_access(env, ACCESS_CLIENT_REGISTER));
  TRY(disables ? oidc_client_disable(env, &change) : oidc_client_enable(env, &change));
  jout_object(out);
  jout_put_text(out, "client_id", change.client_id);
  jout_put_str(out, "status", disables ? "disabled" : "active");
  jout_object_end(out);
  return OK;
}

result cli_client_disable(struct server_installation *installation, const struct jin *args, struct jout *out) {
  return switch_client(installation, args, out, true);
}

result cli_client_enable(struct server_installation *installation, const struct jin *args, struct jout *out) {
  return switch_client(installation, args, out, false);
}

result cli_client_secret(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct env *env = &installation->env;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct oidc_client_change change = {0};
  struct slice secret;
  TRY(read_id(args, &change));
  TRY(check_access(env, ACCESS_CLIENT_REGISTER));
  TRY(oidc_client_secret_new(env, &arena, &change, &secret));
  jout_object(out);
  jout_put_text(out, "client_id", change.client_id);
  jout_put_text(out, "client_secret", secret);
  jout_object_end(out);
  return OK;
}

/* ---- the command line ---- */

static int print_made(const struct cli_context *context, struct slice answer) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  if (context->json || !is_ok(jin_parse(&doc, answer, &root))) {
    printf("%.*s\n", SLICE_ARG(answer));
    return CLI_OK;
  }
  for (size_t i = 0; i < root->count; i++) {
    if (root->items[i].type == JIN_TEXT) {
      printf("%-14.*s %.*s\n", SLICE_ARG(root->items[i].name), SLICE_ARG(root->items[i].text));
    }
  }
  return CLI_OK;
}

static int run_write(const struct cli_context *context, const char *name, struct slice args) {
  struct slice answer = {0};
  result done = cli_write(context, name, args, &answer);
  return is_ok(done) ? print_made(context, answer) : cli_fail(context, done);
}

static int run_add(const struct cli_context *context, const char *path) {
  char *text = arena_alloc(context->arena, FILE_BYTES_MAX + 1);
  FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
  size_t len = file == NULL ? 0 : fread(text, 1, FILE_BYTES_MAX + 1, file);
  if (file != NULL && file != stdin) {
    (void)fclose(file);
  }
  if (len == 0 || len > FILE_BYTES_MAX) {
    return cli_misuse(context, "%s cannot be read, is empty or longer than %d bytes", path, FILE_BYTES_MAX);
  }
  struct buf args;
  struct jout out;
  buf_init(&args, context->arena, len + 64);
  jout_init(&out, &args);
  jout_object(&out);
  jout_put_text(&out, "metadata", slice_of(text, len));
  jout_put_bool(&out, "replace", cli_has(context, "replace"));
  jout_object_end(&out);
  return run_write(context, "client.add", buf_slice(&args));
}

static int run_change(const struct cli_context *context, const char *name, const char *client_id) {
  struct buf args;
  struct jout out;
  buf_init(&args, context->arena, 96);
  jout_init(&out, &args);
  jout_object(&out);
  jout_put_str(&out, "client_id", client_id);
  jout_object_end(&out);
  return run_write(context, name, buf_slice(&args));
}

static result print_rows(const struct cli_context *context, struct db_tx *tx, struct slice one) {
  struct oidc_client_list list = {0};
  struct oidc_client_row row;
  if (one.len > 0) {
    TRY(oidc_client_row_load(tx, context->arena, one, &row));
    list = (struct oidc_client_list){&row, 1};
  } else {
    TRY(oidc_client_list(tx, context->arena, S(""), 200, &list));
  }
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 4096);
  jout_init(&out, &text);
  jout_list(&out);
  for (size_t i = 0; i < list.count; i++) {
    put_row(&out, &list.items[i]);
    if (!context->json) {
      printf("%-32.*s %s\n", SLICE_ARG(list.items[i].client_id), list.items[i].status == OIDC_CLIENT_ACTIVE ? "active" : "disabled");
    }
  }
  jout_list_end(&out);
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
  } else if (one.len > 0) {
    printf("%.*s\n", SLICE_ARG(row.metadata));
  }
  return OK;
}

static int run_show(const struct cli_context *context, struct slice one) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  result opened = cli_open(context, &installation);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  opened = is_ok(opened) ? db_read_begin(installation->env.db, &tx) : opened;
  opened = is_ok(opened) ? print_rows(context, tx, one) : opened;
  return is_ok(opened) ? CLI_OK : cli_fail(context, opened);
}

int cli_client(const struct cli_context *context, int argc, char **argv) {
  static const struct {
    const char *verb;
    const char *write;
  } changes[] = {{"disable", "client.disable"}, {"enable", "client.enable"}, {"secret", "client.secret"}};
  if (argc == 1 && strcmp(argv[0], "list") == 0) {
    return run_show(context, (struct slice){0});
  }
  if (argc == 2 && strcmp(argv[0], "show") == 0) {
    return run_show(context, slice_str(argv[1]));
  }
  if (argc == 2 && strcmp(argv[0], "add") == 0) {
    return run_add(context, argv[1]);
  }
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    if (argc == 2 && strcmp(argv[0], changes[i].verb) == 0) {
      return run_change(context, changes[i].write, argv[1]);
    }
  }
  return cli_misuse(context, "add FILE, list, show ID, disable ID, enable ID, or secret ID");
}
