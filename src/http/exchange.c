#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "http/loop.h"

enum {
  FREE_JOBS_MAX = 64,            /* a loop keeps that many for the next requests */
  KEPT_INPUT_BYTES = 16 * 1024,  /* a longer body's memory is given back */
  HEAD_BYTES = 1024,
};

struct job *http_job_new(struct loop *loop) {
  struct job *job = loop->free_jobs;
  if (job != NULL) {
    loop->free_jobs = job->next;
    loop->free_job_count--;
  } else {
    job = heap_alloc(sizeof *job);
    job->loop = loop;
    job->headers = heap_alloc(loop->server->limits.header_count_max * sizeof *job->headers);
  }
  job->call = (struct http_call){.arena = &job->arena, .class = HTTP_NO_CLASS};
  job->is_turned_away = false;
  return job;
}

static void free_job(struct job *job) {
  arena_free(&job->arena);
  free(job->input);
  free(job->headers);
  free(job);
}

bool http_job_reserve(struct job *job, size_t capacity) {
  if (capacity <= job->input_capacity) {
    return false;
  }
  uint8_t *grown = heap_alloc(capacity);
  if (job->input_len > 0) {
    memcpy(grown, job->input, job->input_len);
  }
  free(job->input);
  job->input = grown;
  job->input_capacity = capacity;
  return true;
}

void http_job_again(struct job *job, size_t taken) {
  job->input_len -= taken;
  memmove(job->input, job->input + taken, job->input_len);
  arena_reset(&job->arena);
  job->call = (struct http_call){.arena = &job->arena, .class = HTTP_NO_CLASS};
  job->is_turned_away = false;
}

void http_job_release(struct job *job) {
  struct loop *loop = job->loop;
  if (loop->free_job_count == FREE_JOBS_MAX) {
    free_job(job);
    return;
  }
  if (job->input_capacity > KEPT_INPUT_BYTES) {
    free(job->input);
    job->input = NULL;
    job->input_capacity = 0;
  }
  job->input_len = 0;
  arena_reset(&job->arena);
  job->next = loop->free_jobs;
  loop->free_jobs = job;
  loop->free_job_count++;
}

void http_jobs_free(struct loop *loop) {
  while (loop->free_jobs != NULL) {
    struct job *job = loop->free_jobs;
    loop->free_jobs = job->next;
    free_job(job);
  }
}

/* Path and query as they were sent; of an absolute-form target, what follows the authority. */
static void set_target(struct http_request *request, struct slice target) {
  struct slice authority = http_guard_authority(target);
  if (authority.len > 0) {
    target = slice_from(target, (size_t)(authority.ptr - target.ptr) + authority.len);
  }
  struct slice path = slice_sub(target, 0, slice_find(target, '?', 0));
  request->path = path.len > 0 ? path : S("/"); /* [RFC9110 4.2.3] */
  request->query = slice_from(target, path.len + 1);
}

void http_exchange_begin(struct job *job, const struct guard_head *head) {
  struct http_server *server = job->loop->server;
  struct http_request *request = &job->call.request;
  request->method = head->method;
  set_target(request, head->target);
  request->headers = job->headers;
  request->header_count = head->header_count;
  request->body = slice_of(job->input + head->head_bytes, head->body_bytes);
  request->peer_uid = http_connection_peer_uid(job->connection);
  request->peer_address = http_connection_peer_address(job->connection);
  atomic_fetch_add_explicit(&server->requests, 1, memory_order_relaxed);
  if (server->options.answer_at_once != NULL && server->options.answer_at_once(server->options.app, &job->call)) {
    http_exchange_finish(job);
    return;
  }
  job->call.class = server->options.classify != NULL ? server->options.classify(server->options.app, &job->call) : 0;
  if (job->call.class != HTTP_ANSWERED) {
    if (http_stay_may(job) ? http_stay_submit(job) : http_workers_submit(server, job)) {
      return;
    }
    http_exchange_refuse(server, &job->call, HTTP_OVERLOADED);
  } else {
    atomic_fetch_add_explicit(&server->overloaded, 1, memory_order_relaxed);
  }
  job->is_turned_away = true;
  http_exchange_finish(job);
}

void http_exchange_finish(struct job *job) { http_connection_reply(job->connection); }

void http_exchange_refuse(struct http_server *server, struct http_call *call, uint16_t code) {
  atomic_fetch_add(code == HTTP_OVERLOADED ? &server->overloaded : &server->refused, 1);
  if (code == HTTP_OVERLOADED) {
    http_response_header(call, "Retry-After", S("1")); /* the application may know better */
  }
  server->options.refuse(server->options.app, call, code);
}

static const char *reason_of(int status) {
  static const struct {
    int status;
    const char *reason;
  } reasons[] = {{200, "OK"},          {201, "Created"},          {202, "Accepted"},        {204, "No Content"},
                 {303, "See Other"},   {304, "Not Modified"},     {400, "Bad Request"},     {401, "Unauthorized"},
                 {403, "Forbidden"},   {404, "Not Found"},        {405, "Method Not Allowed"}, {409, "Conflict"},
                 {408, "Request Timeout"}, {411, "Length Required"}, {413, "Content Too Large"}, {414, "URI Too Long"}, {422, "Unprocessable Content"}, {429, "Too Many Requests"}, {500, "Internal Server Error"},
                 {431, "Request Header Fields Too Large"}, {501, "Not Implemented"}, {505, "HTTP Version Not Supported"}, {503, "Service Unavailable"}};
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (reasons[i].status == status) {
      return reasons[i].reason;
    }
  }
  return "Status";
}

static bool has_header(const struct http_response *response, struct slice name) {
  for (size_t i = 0; i < response->header_count; i++) {
    struct slice known = response->headers[i].name;
    if (known.len == name.len && strncasecmp((const char *)known.ptr, (const char *)name.ptr, name.len) == 0) {
      return true;
    }
  }
  return false;
}

/* [RFC9110 5.6.7] of this second; written once for all that are answered in it. */
static struct slice date_of(struct loop *loop) {
  static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t now_s = (int64_t)time(NULL); /* not the installation's clock: caches on the way know no other */
  if (now_s != loop->date_s) {
    struct tm at = {0};
    const time_t seconds = (time_t)now_s;
    gmtime_r(&seconds, &at);
    loop->date_s = now_s;
    (void)snprintf(loop->date, sizeof loop->date, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[at.tm_wday], (unsigned)at.tm_mday % 100u, months[at.tm_mon],
                   (unsigned)(at.tm_year + 1900) % 10000u, (unsigned)at.tm_hour % 100u, (unsigned)at.tm_min % 100u, (unsigned)at.tm_sec % 100u);
  }
  return slice_str(loop->date);
}

struct digits {
  uint8_t bytes[20];
};

static struct slice digits_of(size_t number, struct digits *digits) {
  size_t at = sizeof digits->bytes;
  do {
    digits->bytes[--at] = (uint8_t)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return slice_of(digits->bytes + at, sizeof digits->bytes - at);
}

static void put(struct buf *out, struct slice name, struct slice value) {
  uint8_t *at = buf_extend(out, name.len + value.len + 4);
  memcpy(at, name.ptr, name.len);
  memcpy(at + name.len, ": ", 2);
  if (value.len > 0) {
    memcpy(at + name.len + 2, value.ptr, value.len);
  }
  memcpy(at + name.len + 2 + value.len, "\r\n", 2);
}

/* A reply that was made before, as this request gets it. */
static struct slice fit_whole(struct job *job, bool is_last) {
  struct slice whole = job->call.response.whole;
  if (job->call.request.method == HTTP_HEAD) {
    const uint8_t *end = memmem(whole.ptr, whole.len, "\r\n\r\n", 4);
    whole = end == NULL ? whole : slice_of(whole.ptr, (size_t)(end + 4 - whole.ptr));
  }
  if (!is_last) {
    return whole;
  }
  size_t first_line = slice_find(whole, '\n', 0) + 1;
  return arena_printf(&job->arena, "%.*sConnection: close\r\n%.*s", SLICE_ARG(slice_sub(whole, 0, first_line)), SLICE_ARG(slice_from(whole, first_line)));
}

struct slice http_exchange_head(struct job *job, bool is_last, struct slice body) {
  const struct http_server_options *options = &job->loop->server->options;
  struct http_response *response = &job->call.response;
  struct buf out;
  if (response->whole.len > 0) {
    return fit_whole(job, is_last);
  }
  response->status = response->status ? response->status : 500;
  buf_init(&out, &job->arena, HEAD_BYTES + body.len);
  struct digits digits;
  buf_append(&out, S("HTTP/1.1 "));
  buf_append(&out, digits_of((size_t)response->status, &digits));
  buf_append_byte(&out, ' ');
  buf_append_str(&out, reason_of(response->status));
  buf_append(&out, S("\r\n"));
  for (size_t i = 0; i < response->header_count; i++) {
    put(&out, response->headers[i].name, response->headers[i].value);
  }
  for (size_t i = 0; i < options->header_count; i++) {
    if (!has_header(response, options->headers[i].name)) {
      put(&out, options->headers[i].name, options->headers[i].value);
    }
  }
  put(&out, S("Date"), date_of(job->loop)); /* [RFC9110 6.6.1 MUST] */
  if (response->status != 204 && response->status != 304) {
    put(&out, S("Content-Length"), digits_of(response->body.len, &digits));
  }
  if (is_last) {
    put(&out, S("Connection"), S("close"));
  }
  buf_append(&out, S("\r\n"));
  buf_append(&out, body);
  return buf_slice(&out);
}
