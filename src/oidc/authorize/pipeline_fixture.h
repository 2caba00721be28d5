/* oidc/authorize/pipeline_fixture.h: a client out of metadata and a request to it, without a database. (private to oidc/, tests and fuzzing only) */
#pragma once
#include "oidc/authorize/pipeline.h"

static const char PIPELINE_CLIENT[] =
    "{\"client_id\":\"library\",\"client_name\":\"Library\",\"danh_owner\":\"City\",\"danh_purpose\":\"Cards\",\"application_type\":\"native\","
    "\"token_endpoint_auth_method\":\"none\",\"redirect_uris\":[\"https://library.example/cb\",\"http://127.0.0.1/cb\"],"
    "\"danh_sector\":\"library.example\",\"scope\":\"openid shelf.read\",\"danh_resources\":[\"https://shelf.example/api\"],"
    "\"danh_attributes\":[{\"name\":\"name\",\"purpose\":\"a\",\"required\":true},{\"name\":\"phone\",\"purpose\":\"b\"}]}";

static inline result pipeline_client_read(struct arena *arena, const char *metadata, struct oidc_client *ret_client) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, slice_str(metadata), &root));
  return oidc_client_read(root, arena, ret_client);
}
