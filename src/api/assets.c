/* The built web app: what is asked for stays in memory with its strong ETag, each file also as .br and .gz where the build has compressed it. Names
 * under assets/ that carry a hash of their content never change; everything else is asked for again each time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/resources.h"
#include "codec/hex.h"
#include "crypto/digest.h"

enum { FILES_MAX = 512, FILE_BYTES_MAX = 8 * 1024 * 1024, DEPTH_MAX = 4 };

/* The bytes of a file in one form: what the build wrote, or what it compressed. The file is held open, so that what is sent belongs together even when
 * a newer app has replaced it, and is read when somebody first asks for it. */
struct form {
  int fd; /* -1: the build made none, or it is read */
  size_t length;
  struct slice bytes; /* NULL: not read yet; this and the next behind the lock */
  struct slice tag;
};

enum { PLAIN, GZIP, BROTLI, FORMS };

struct asset {
  struct slice path; /* "/assets/index-1a2b.js" */
  const char *type;
  bool is_fixed; /* the name changes with the content */
  struct form forms[FORMS];
};

struct assets {
  struct arena arena;
  pthread_mutex_t lock; /* over what is read later, and the arena it goes to */
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

static bool is_there(const struct form *form) { return form->fd >= 0 || form->bytes.ptr != NULL; }

/* Not there: the build made no such form. */
static result open_form(const char *path, struct form *ret_form) {
  struct stat status;
  *ret_form = (struct form){.fd = open(path, O_RDONLY | O_CLOEXEC)};
  if (ret_form->fd < 0 && errno == ENOENT) {
    return OK;
  }
  if (ret_form->fd < 0 || fstat(ret_form->fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > FILE_BYTES_MAX) {
    FAIL(BASE_IO, "a file of the web app cannot be read");
  }
  ret_form->length = (size_t)status.st_size;
  return OK;
}

static void close_form(struct form *form) {
  if (form->fd >= 0) {
    (void)close(form->fd);
    form->fd = -1;
  }
}

/* Under the lock. */
static result read_form(struct arena *arena, struct form *form) {
  uint8_t *bytes = arena_alloc(arena, form->length + 1);
  size_t length = 0;
  while (length < form->length) {
    ssize_t got = pread(form->fd, bytes + length, form->length - length, (off_t)length);
    if (got <= 0) {
      FAIL(BASE_IO, "a file of the web app is cut short");
    }
    length += (size_t)got;
  }
  uint8_t digest[32];
  form->bytes = slice_of(bytes, length);
  digest_sha256(form->bytes, digest);
  form->tag = arena_printf(arena, "\"%.*s\"", SLICE_ARG(hex_write(arena, slice_of(digest, 12))));
  close_form(form);
  return OK;
}

/* assets/index-BaF31x9_.js: the build put eight characters of a hash before the suffix. */
static bool is_hashed_name(struct slice path) {
  const uint8_t *dot = memrchr(path.ptr, '.', path.len);
  size_t stem = dot == NULL ? 0 : (size_t)(dot - path.ptr);
  return slice_starts(path, S("/assets/")) && stem > 17 && path.ptr[stem - 9] == '-';
}

static result add_file(struct assets *assets, const char *file_path, struct slice path) {
  int type = type_of(path);
  if (type < 0 || assets->count == FILES_MAX) {
    return OK; /* .br and .gz come with the file they belong to; maps and sources stay at home */
  }
  struct asset *asset = &assets->items[assets->count++];
  static const char *const suffixes[] = {[PLAIN] = "", [GZIP] = ".gz", [BROTLI] = ".br"};
  asset->path = path;
  asset->type = types[type].type;
  asset->is_fixed = is_hashed_name(path);
  for (int i = 0; i < FORMS; i++) {
    TRY(open_form((const char *)arena_printf(&assets->arena, "%s%s", file_path, suffixes[i]).ptr, &asset->forms[i]));
  }
  return is_there(&asset->forms[PLAIN]) ? OK : fault_set(__FILE__, __LINE__, BASE_IO, "a file of the web app has just gone");
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
  pthread_mutex_init(&assets->lock, NULL);
  assets->items = ARENA_ARRAY(&assets->arena, struct asset, FILES_MAX);
  result outcome = add_folder(assets, folder, (struct slice){0}, 0);
  if (!is_ok(outcome)) {
    api_assets_close(&assets);
    return outcome;
  }
  *ret_assets = assets;
  return OK;
}

void api_assets_close(struct assets **slot) {
  struct assets *assets = *slot;
  if (assets == NULL) {
    return;
  }
  *slot = NULL;
  for (size_t i = 0; i < assets->count; i++) {
    for (int form = 0; form < FORMS; form++) {
      close_form(&assets->items[i].forms[form]);
    }
  }
  pthread_mutex_destroy(&assets->lock);
  arena_free(&assets->arena);
  free(assets);
}

static struct asset *find(const struct assets *assets, struct slice path) {
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

static struct form *choose_form(struct api_call *call, struct asset *asset) {
  if (is_there(&asset->forms[BROTLI]) && accepts(call, "br")) {
    http_response_header(call->http, "Content-Encoding", S("br"));
    return &asset->forms[BROTLI];
  }
  if (is_there(&asset->forms[GZIP]) && accepts(call, "gzip")) {
    http_response_header(call->http, "Content-Encoding", S("gzip"));
    return &asset->forms[GZIP];
  }
  return &asset->forms[PLAIN];
}

static result send_asset(struct api_call *call, struct asset *asset) {
  struct assets *assets = call->api->assets;
  struct http_call *http = call->http;
  (void)pthread_mutex_lock(&assets->lock);
  struct form *form = choose_form(call, asset);
  result read = form->bytes.ptr != NULL ? OK : read_form(&assets->arena, form);
  (void)pthread_mutex_unlock(&assets->lock); /* what is read once stays as it is */
  TRY(read);
  http_response_header(http, "Cache-Control", asset->is_fixed ? S("public, max-age=31536000, immutable") : S("no-cache"));
  http_response_header(http, "ETag", form->tag); /* strong: of the bytes that go out [RFC9110 8.8.3] */
  http_response_header(http, "Vary", S("Accept-Encoding"));
  if (http_etag_is_known(&http->request, form->tag)) {
    http->response.status = 304;
    return OK;
  }
  http_reply(http, 200, asset->type, form->bytes);
  return OK;
}

/* It shows the app when no server answers, and has no business outside it. */
static const char kept_worker[] = "/assets/kept_worker.js";

result api_assets_get(struct api_call *call) {
  struct asset *asset = find(call->api->assets, call->http->request.path);
  if (asset == NULL) {
    FAIL(HTTP_NO_ROUTE, "no such file in the web app");
  }
  if (slice_is(asset->path, kept_worker)) {
    http_response_header(call->http, "Service-Worker-Allowed", S("/app/"));
  }
  return send_asset(call, asset);
}

result api_app_page(struct api_call *call) {
  struct asset *asset = find(call->api->assets, S("/index.html"));
  if (asset == NULL) {
    FAIL(HTTP_NO_ROUTE, "the web app is not built");
  }
  return send_asset(call, asset);
}
