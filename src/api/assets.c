/* The built web app lies in memory, each file with its strong ETag and, where the build has compressed it, as .br and .gz too. Names under
 * assets/ that carry a hash of their content never change; everything else is asked for again each time. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/resources.h"
#include "codec/hex.h"
#include "crypto/digest.h"

enum { FILES_MAX = 512, FILE_BYTES_MAX = 8 * 1024 * 1024, DEPTH_MAX = 4 };

struct asset {
  struct slice path; /* "/assets/index-1a2b.js" */
  const char *type;
  struct slice tag;    /* of its content */
  bool is_fixed;       /* the name changes with the content */
  struct slice bytes;
  struct slice gzip;   /* this and the next empty: the build made none */
  struct slice brotli;
};

struct assets {
  struct arena arena;
  struct asset *items;
  size_t count;
};

static const struct {
  const char *suffix;
  const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},             {".json", "application/json"},             {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},              {".png", "image/png"},                     {".ico", "image/x-icon"},
    {".wasm", "application/wasm"},         {".txt", "text/plain; charset=utf-8"},
};

static int type_of(struct slice path) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (slice_ends(path, slice_str(types[i].suffix))) {
      return (int)i;
    }
  }
  return -1;
}

static result read_file(struct arena *arena, const char *path, struct slice *ret_bytes) {
  FILE *file = fopen(path, "re");
  struct stat status;
  if (file == NULL || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > FILE_BYTES_MAX) {
    if (file != NULL) {
      (void)fclose(file);
    }
    FAIL(BASE_IO, "a file of the web app cannot be read");
  }
  size_t length = (size_t)status.st_size;
  uint8_t *bytes = arena_alloc(arena, length + 1);
  size_t got = fread(bytes, 1, length, file);
  (void)fclose(file);
  if (got != length) {
    FAIL(BASE_IO, "a file of the web app is cut short");
  }
  *ret_bytes = slice_of(bytes, length);
  return OK;
}

/* assets/index-BaF31x9_.js: the build put eight characters of a hash before the suffix. */
static bool is_hashed_name(struct slice path) {
  const uint8_t *dot = memrchr(path.ptr, '.', path.len);
  size_t stem = dot == NULL ? 0 : (size_t)(dot - path.ptr);
  return slice_starts(path, S("/assets/")) && stem > 17 && path.ptr[stem - 9] == '-';
}

/* Empty when there is no such file. */
static result read_compressed(struct arena *arena, const char *file_path, const char *suffix, struct slice *ret_bytes) {
  const char *path = (const char *)arena_printf(arena, "%s.%s", file_path, suffix).ptr;
  *ret_bytes = (struct slice){0};
  return access(path, F_OK) == 0 ? read_file(arena, path, ret_bytes) : OK;
}

static result add_file(struct assets *assets, const char *file_path, struct slice path) {
  int type = type_of(path);
  if (type < 0 || assets->count == FILES_MAX) {
    return OK; /* .br and .gz come with the file they belong to; maps and sources stay at home */
  }
  struct asset *asset = &assets->items[assets->count];
  TRY(read_file(&assets->arena, file_path, &asset->bytes));
  uint8_t digest[32];
  digest_sha256(asset->bytes, digest);
  asset->path = path;
  asset->type = types[type].type;
  asset->tag = hex_write(&assets->arena, slice_of(digest, 12));
  asset->is_fixed = is_hashed_name(path);
  TRY(read_compressed(&assets->arena, file_path, "gz", &asset->gzip));
  TRY(read_compressed(&assets->arena, file_path, "br", &asset->brotli));
  assets->count++;
  return OK;
}

static result add_folder(struct assets *assets, const char *folder, struct slice path, int depth) {
  DIR *handle = opendir(folder);
  if (handle == NULL) {
    FAIL(BASE_IO, "a folder of the web app cannot be read");
  }
  result outcome = OK;
  for (struct dirent *entry; is_ok(outcome) && (entry = readdir(handle)) != NULL;) {
    if (entry->d_name[0] == '.') {
      continue;
    }
    const char *inner = (const char *)arena_printf(&assets->arena, "%s/%s", folder, entry->d_name).ptr;
    struct slice inner_path = arena_printf(&assets->arena, "%.*s/%s", SLICE_ARG(path), entry->d_name);
    struct stat status;
    if (stat(inner, &status) != 0) {
      continue;
    }
    if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX) {
      outcome = add_folder(assets, inner, inner_path, depth + 1);
    } else if (S_ISREG(status.st_mode)) {
      outcome = add_file(assets, inner, inner_path);
    }
  }
  closedir(handle);
  return outcome;
}

result api_assets_open(const char *folder, struct assets **ret_assets) {
  struct stat status;
  if (stat(folder, &status) != 0) {
    *ret_assets = NULL;
    return OK;
  }
  struct assets *assets = heap_alloc(sizeof *assets);
  arena_init(&assets->arena);
  assets->items = ARENA_ARRAY(&assets->arena, struct asset, FILES_MAX);
  result outcome = add_folder(assets, folder, (struct slice){0}, 0);
  if (!is_ok(outcome)) {
    api_assets_close(&assets);
    return outcome;
  }
  *ret_assets = assets;
  return OK;
}

void api_assets_close(struct assets **assets) {
  if (*assets != NULL) {
    arena_free(&(*assets)->arena);
    free(*assets);
    *assets = NULL;
  }
}

static const struct asset *find(const struct assets *assets, struct slice path) {
  for (size_t i = 0; assets != NULL && i < assets->count; i++) {
    if (slice_eq(assets->items[i].path, path)) {
      return &assets->items[i];
    }
  }
  return NULL;
}

/* [RFC9110 12.5.3] as far as we need it: a coding named and not switched off. */
static bool accepts(const struct api_call *call, const char *coding) {
  struct slice rest = http_header(&call->http->request, "Accept-Encoding");
  struct slice name;
  int weight = 0;
  while (http_preference_next(&rest, &name, &weight)) {
    if (slice_is(name, coding)) {
      return weight > 0;
    }
  }
  return false;
}

/* Strong tags: one for each form the bytes go out in [RFC9110 8.8.3]. */
static struct slice choose_form(struct api_call *call, const struct asset *asset, struct slice *ret_bytes) {
  if (asset->brotli.len > 0 && accepts(call, "br")) {
    http_response_header(call->http, "Content-Encoding", S("br"));
    *ret_bytes = asset->brotli;
    return arena_printf(call->arena, "\"%.*s-br\"", SLICE_ARG(asset->tag));
  }
  if (asset->gzip.len > 0 && accepts(call, "gzip")) {
    http_response_header(call->http, "Content-Encoding", S("gzip"));
    *ret_bytes = asset->gzip;
    return arena_printf(call->arena, "\"%.*s-gz\"", SLICE_ARG(asset->tag));
  }
  *ret_bytes = asset->bytes;
  return arena_printf(call->arena, "\"%.*s\"", SLICE_ARG(asset->tag));
}

static result send_asset(struct api_call *call, const struct asset *asset) {
  struct http_call *http = call->http;
  struct slice bytes;
  struct slice etag = choose_form(call, asset, &bytes);
  http_response_header(http, "Cache-Control", asset->is_fixed ? S("public, max-age=31536000, immutable") : S("no-cache"));
  http_response_header(http, "ETag", etag);
  http_response_header(http, "Vary", S("Accept-Encoding"));
  if (http_etag_is_known(&http->request, etag)) {
    http->response.status = 304;
    return OK;
  }
  http_reply(http, 200, asset->type, bytes);
  return OK;
}

result api_assets_get(struct api_call *call) {
  const struct asset *asset = find(call->api->assets, call->http->request.path);
  if (asset == NULL) {
    FAIL(HTTP_NO_ROUTE, "no such file in the web app");
  }
  return send_asset(call, asset);
}

result api_app_page(struct api_call *call) {
  const struct asset *asset = find(call->api->assets, S("/index.html"));
  if (asset == NULL) {
    FAIL(HTTP_NO_ROUTE, "the web app is not built");
  }
  return send_asset(call, asset);
}
