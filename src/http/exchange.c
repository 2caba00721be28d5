#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "http/loop.h"

static struct job *new_job(struct loop *loop) {
  struct job *job = loop->free_jobs;
  if (job != NULL) {
    loop->free_jobs = job->next;
  } else {
    job = heap_alloc(sizeof *job);
  }
  struct arena arena = job->arena;
  *job = (struct job){.arena = arena, .loop = loop, .holds = 1};
  job->call.arena = &job->arena;
  return job;
}

void http_exchange_release(struct job *job) {
  if (--job->holds > 0) {
    return;
  }
  arena_reset(&job->arena);
  job->next = job->loop->free_jobs;
  job->loop->free_jobs = job;
}

static enum http_method method_of(enum evhttp_cmd_type command) {
  switch (command) {
    case EVHTTP_REQ_GET: return HTTP_GET;
    case EVHTTP_REQ_HEAD: return HTTP_HEAD;
    case EVHTTP_REQ_POST: return HTTP_POST;
    case EVHTTP_REQ_PUT: return HTTP_PUT;
    case EVHTTP_REQ_PATCH: return HTTP_PATCH;
    case EVHTTP_REQ_DELETE: return HTTP_DELETE;
    case EVHTTP_REQ_TRACE: return HTTP_TRACE;
    default: return HTTP_OPTIONS;
  }
}

/* Path and query as they were sent; of an absolute-form target, what follows the authority. */
static void set_target(struct http_request *request, struct slice target) {
  struct slice authority = http_guard_authority(target);
  if (authority.len > 0) {
    target = slice_from(target, (size_t)(authority.ptr - target.ptr) + authority.len);
  }
  struct slice path = slice_cut(&target, '?');
  request->path = path.len > 0 ? path : S("/"); /* [RFC9110 4.2.3] */
  request->query = target;
}

static int64_t peer_uid(const struct connection *connection) {
  struct ucred peer = {0};
  socklen_t length = sizeof peer;
  if (!http_connection_is_local(connection) || getsockopt(http_connection_fd(connection), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return -1;
  }
  return (int64_t)peer.uid;
}

static struct slice peer_address(const struct job *job) {
  char *address = NULL;
  uint16_t port = 0;
  if (http_connection_is_local(job->connection)) {
    return (struct slice){0};
  }
  evhttp_connection_get_peer(evhttp_request_get_connection(job->request), &address, &port);
  return address == NULL ? (struct slice){0} : arena_copy(job->call.arena, slice_str(address));
}

/* The slices point into evhttp's request, which stays untouched until the reply. */
static void fill_request(struct job *job) {
  struct http_request *request = &job->call.request;
  request->method = method_of(evhttp_request_get_command(job->request));
  set_target(request, slice_str(evhttp_request_get_uri(job->request)));
  const struct evkeyvalq *list = evhttp_request_get_input_headers(job->request);
  size_t count = 0;
  for (const struct evkeyval *header = list->tqh_first; header != NULL; header = header->next.tqe_next) {
    count++;
  }
  struct http_header *headers = ARENA_ARRAY(&job->arena, struct http_header, count + 1);
  for (const struct evkeyval *header = list->tqh_first; header != NULL; header = header->next.tqe_next) {
    headers[request->header_count++] = (struct http_header){slice_str(header->key), slice_trim(slice_str(header->value))};
  }
  request->headers = headers;
  struct evbuffer *body = evhttp_request_get_input_buffer(job->request);
  request->body = slice_of(evbuffer_pullup(body, -1), evbuffer_get_length(body));
  request->peer_uid = peer_uid(job->connection);
  request->peer_address = peer_address(job);
}

void http_exchange_begin(struct evhttp_request *request, void *arg) {
  struct port *port = arg;
  struct http_server *server = port->loop->server;
  struct connection *connection = http_connection_of(port->loop, request);
  if (connection == NULL) {
    evhttp_send_error(request, 500, NULL); /* cannot happen: every connection of ours is in the table once it has sent a byte */
    return;
  }
  struct job *job = new_job(port->loop);
  job->request = request;
  job->connection = connection;
  http_connection_handling(connection, job);
  fill_request(job);
  atomic_fetch_add(&server->requests, 1);
  if (server->options.answer_at_once != NULL && server->options.answer_at_once(server->options.app, &job->call)) {
    http_exchange_finish(job);
    return;
  }
  if (http_workers_submit(server, job)) {
    return;
  }
  http_exchange_refuse(server, &job->call, HTTP_OVERLOADED);
  http_exchange_finish(job);
}

void http_exchange_refuse(struct http_server *server, struct http_call *call, uint16_t code) {
  atomic_fetch_add(code == HTTP_OVERLOADED ? &server->overloaded : &server->refused, 1);
  if (code == HTTP_OVERLOADED) {
    http_response_header(call, "Retry-After", S("1")); /* the application may know better */
  }
  server->options.refuse(server->options.app, call, code);
}

const char *http_exchange_reason(int status) {
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

bool http_exchange_has_header(const struct http_response *response, struct slice name) {
  for (size_t i = 0; i < response->header_count; i++) {
    struct slice known = response->headers[i].name;
    if (known.len == name.len && strncasecmp((const char *)known.ptr, (const char *)name.ptr, name.len) == 0) {
      return true;
    }
  }
  return false;
}

static void add_headers(struct job *job, struct evkeyvalq *to) {
  const struct http_response *response = &job->call.response;
  const struct http_server_options *options = &job->loop->server->options;
  for (size_t i = 0; i < response->header_count; i++) {
    evhttp_add_header(to, arena_cstr(&job->arena, response->headers[i].name), arena_cstr(&job->arena, response->headers[i].value));
  }
  for (size_t i = 0; i < options->header_count; i++) {
    if (!http_exchange_has_header(response, options->headers[i].name)) {
      evhttp_add_header(to, arena_cstr(&job->arena, options->headers[i].name), arena_cstr(&job->arena, options->headers[i].value));
    }
  }
  if (job->loop->is_stopping || (job->connection != NULL && http_connection_is_last(job->connection))) {
    evhttp_add_header(to, "Connection", "close");
  }
}

static void body_taken(const void *bytes, size_t length, void *arg) {
  (void)bytes;
  (void)length;
  http_exchange_release(arg);
}

static void reply_taken(struct evhttp_request *request, void *arg) {
  (void)request;
  struct job *job = arg;
  if (job->connection != NULL) {
    http_connection_replied(job->connection);
  }
  http_exchange_release(job);
}

void http_exchange_finish(struct job *job) {
  struct http_response *response = &job->call.response;
  int status = response->status ? response->status : 500;
  bool has_body = status != 204 && status != 304;
  struct evkeyvalq *headers = evhttp_request_get_output_headers(job->request);
  add_headers(job, headers);
  struct evbuffer *body = evbuffer_new();
  if (has_body) {
    evhttp_add_header(headers, "Content-Length", arena_cstr(&job->arena, arena_printf(&job->arena, "%zu", response->body.len)));
  }
  if (body != NULL && has_body && response->body.len > 0 && job->call.request.method != HTTP_HEAD) {
    job->holds++;
    evbuffer_add_reference(body, response->body.ptr, response->body.len, body_taken, job);
  }
  evhttp_request_set_on_complete_cb(job->request, reply_taken, job);
  evhttp_send_reply(job->request, status, http_exchange_reason(status), body);
  if (body != NULL) {
    evbuffer_free(body);
  }
  if (job->connection != NULL) {
    http_connection_replying(job->connection);
  } else {
    http_exchange_release(job); /* the client is gone, and evhttp has freed the request */
  }
}
