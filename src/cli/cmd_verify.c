/* danh verify FILE: whether a signed paper is whole: both signatures, every byte, the chain to the root. */
#include "cli/commands.h"
#include "codec/base64.h"
#include "codec/jout.h"
#include "pki/pki.h"
#include "sign/sign.h"

const struct cli_option cli_verify_options[] = {
    {"root", "FILE", "the root certificate, DER or PEM (default: that of --data, with its revocation lists)"},
    {"at", "INSTANT", "RFC 3339: when the paper is known to have existed (default: now)"},
    {0},
};

enum { PAPER_BYTES_MAX = 64 * 1024 * 1024, ROOT_BYTES_MAX = 64 * 1024 };

static void file_close(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

/* False: has complained. */
static bool read_file(const struct cli_context *context, const char *path, size_t bytes_max, struct slice *ret_bytes) {
  FILE *file CLEANUP(file_close) = fopen(path, "rbe");
  if (file == NULL) {
    (void)cli_misuse(context, "cannot open %s", path);
    return false;
  }
  struct buf bytes;
  buf_init(&bytes, context->arena, 64 * 1024);
  uint8_t part[16 * 1024];
  for (size_t len; (len = fread(part, 1, sizeof part, file)) > 0;) {
    buf_append(&bytes, slice_of(part, len));
    if (bytes.len > bytes_max) {
      (void)cli_misuse(context, "%s is larger than %zu bytes", path, bytes_max);
      return false;
    }
  }
  if (ferror(file)) {
    (void)cli_misuse(context, "cannot read %s", path);
    return false;
  }
  *ret_bytes = buf_slice(&bytes);
  return true;
}

/* DER as it is; of PEM the one certificate between its lines. */
static bool decode_certificate(struct arena *arena, struct slice text, struct slice *ret_der) {
  const struct slice begin = S("-----BEGIN CERTIFICATE-----");
  const struct slice end = S("-----END CERTIFICATE-----");
  struct buf digits;
  if (text.len > 0 && text.ptr[0] == 0x30) {
    *ret_der = text;
    return true;
  }
  buf_init(&digits, arena, text.len);
  bool inside = false;
  while (text.len > 0) {
    struct slice line = slice_trim(slice_cut(&text, '\n'));
    if (slice_eq(line, end)) {
      return inside && is_ok(base64_parse(buf_slice(&digits), arena, ret_der));
    }
    if (inside) {
      buf_append(&digits, line);
    }
    inside = inside || slice_eq(line, begin);
  }
  return false;
}

static void print_signature_json(struct arena *arena, struct jout *out, const char *field,
                                 const struct sign_signature *signature) {
  jout_object(out);
  jout_put_str(out, "field", field);
  jout_put_text(out, "name", signature->name);
  jout_put_text(out, "organization", signature->organization);
  jout_put_text(out, "issuer", signature->issuer);
  jout_put_text(out, "reason", signature->reason);
  jout_put_text(out, "place", signature->place);
  jout_put_text(out, "signed_at", clock_instant_write(arena, signature->signed_at_ms));
  jout_put_int(out, "covers_bytes", (int64_t)signature->covers);
  jout_object_end(out);
}

static void print_json(const struct cli_context *context, const struct sign_report *report) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_bool(&out, "valid", true);
  jout_put_bool(&out, "sealed", report->sealed);
  jout_put_bool(&out, "revocation_checked", report->revocation_checked);
  jout_put_list(&out, "signatures");
  print_signature_json(context->arena, &out, "person", &report->person);
  if (report->sealed) {
    print_signature_json(context->arena, &out, "seal", &report->seal);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

static void print_signature(struct arena *arena, const char *field, const struct sign_signature *signature) {
  struct slice when = clock_instant_write(arena, signature->signed_at_ms);
  printf("  %-7s %.*s (%.*s), %.*s; certificate by %.*s; covers bytes 0 to %zu\n", field, SLICE_ARG(signature->name),
         SLICE_ARG(signature->organization), SLICE_ARG(when), SLICE_ARG(signature->issuer), signature->covers);
}

static void print_text(const struct cli_context *context, const char *path, const struct sign_report *report) {
  printf("%s: %s\n", path,
         report->sealed ? "signed by the competent person, then sealed; nothing else was added or changed"
                        : "signed by the competent person, NOT YET SEALED");
  print_signature(context->arena, "person", &report->person);
  if (report->sealed) {
    print_signature(context->arena, "seal", &report->seal);
  }
  printf("  revocation %s\n", report->revocation_checked ? "checked" : "not checked: no revocation list was given");
}

/* What is believed: the file of --root alone, or the installation's root and lists. CLI_OK, or has complained. */
static int load_trust(const struct cli_context *context, struct x509_trust *trust) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  const struct clock clock = clock_shifted(0);
  const char *root = cli_value(context, "root");
  const char *at = cli_value(context, "at");
  struct slice bytes;
  int64_t at_ms = clock_now_ms(&clock);
  if (root == NULL && context->data == NULL) {
    return cli_misuse(context, "--root FILE or --data DIR is needed: a signature is worth what its root is");
  }
  if (root == NULL) {
    result opened = cli_open(context, &installation);
    if (!is_ok(opened)) {
      return cli_fail(context, opened);
    }
    at_ms = clock_now_ms(installation->env.clock);
  }
  if (at != NULL && !is_ok(clock_instant_parse(slice_str(at), &at_ms))) {
    return cli_misuse(context, "--at is an instant like 2024-06-05T08:00:00+07:00");
  }
  if (root == NULL) {
    result loaded = pki_trust_load(&installation->env, at_ms, context->arena, trust);
    return is_ok(loaded) ? CLI_OK : cli_fail(context, loaded);
  }
  if (!read_file(context, root, ROOT_BYTES_MAX, &bytes)) {
    return CLI_USAGE;
  }
  *trust = (struct x509_trust){.at_ms = at_ms};
  return decode_certificate(context->arena, bytes, &trust->root)
             ? CLI_OK
             : cli_misuse(context, "%s is no certificate, DER or PEM", root);
}

int cli_verify(const struct cli_context *context, int argc, char **argv) {
  struct x509_trust trust = {0};
  struct sign_report report;
  struct slice pdf;
  if (argc != 1) {
    return cli_misuse(context, "takes one FILE");
  }
  int loaded = load_trust(context, &trust);
  if (loaded != CLI_OK) {
    return loaded;
  }
  if (!read_file(context, argv[0], PAPER_BYTES_MAX, &pdf)) {
    return CLI_USAGE;
  }
  result verified = sign_verify(context->arena, pdf, &trust, &report);
  if (!is_ok(verified)) {
    return cli_fail(context, verified);
  }
  if (context->json) {
    print_json(context, &report);
  } else {
    print_text(context, argv[0], &report);
  }
  return report.sealed ? CLI_OK : CLI_REFUSED; /* a certificate without seal is not issued yet */
}
