/* http/http.h: HTTP/1.1 server, router and client. The only folder that knows libevent and libcurl.
 *
 * Standard   RFC 9110, RFC 9112. TLS and HTTP/2 are nginx's, in front.
 * Server     Event loops (one a core, SO_REUSEPORT; ADR-0017) read requests within limits and never block; a whole, valid request goes to one of the
 *            workers, which runs the handler start to end as plain synchronous code with the call's own arena; the reply is written by the
 *            loop the request came from. Requests wait for a worker in classes, the most urgent first; how many of each may be under way is learnt
 *            from how long they take (gate.h), and beyond that a loop answers 503 itself: refused at the door, nothing was done (ADR-0019).
 * Deviates   Refuses what RFC 9112 lets a server repair: bare LF, space before the colon, folded lines, any second Content-Length or Host,
 *            Content-Length beside Transfer-Encoding, a body on GET; takes no chunked request (411). After a refusal the connection is closed.
 * Does not   stream bodies, do TLS, compress, read forms (codec/url.h), or read Host for anything but its syntax: links come from the installation's origin.
 * Limits     struct http_limits; zero takes the default named there.
 * Threads    http_server_open, _stop and _close from one thread; handlers run on many.
 */
#pragma once
#include "base/arena.h"

enum http_error {
  HTTP_MALFORMED = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 1),            /* Not a request as RFC 9112 writes it. */
  HTTP_HEAD_TOO_LARGE = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 2),       /* The header section is too large. */
  HTTP_TARGET_TOO_LONG = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 3),      /* The address is too long. */
  HTTP_BODY_TOO_LARGE = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 4),       /* The body is too large. */
  HTTP_LENGTH_MISSING = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 5),       /* A body needs a Content-Length. */
  HTTP_METHOD_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 6),       /* The server has no such method. */
  HTTP_VERSION_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 7),      /* Neither HTTP/1.1 nor HTTP/1.0. */
  HTTP_TOO_SLOW = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 8),             /* The request did not arrive in time. */
  HTTP_OVERLOADED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 9),       /* More work is waiting than may wait. */
  HTTP_NO_ROUTE = RESULT_CODE(RESULT_NOT_FOUND, MODULE_HTTP, 10),          /* No such address. */
  HTTP_METHOD_NOT_ALLOWED = RESULT_CODE(RESULT_REFUSED, MODULE_HTTP, 11),  /* The address exists, not with this method. */
  HTTP_ADDRESS_IN_USE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 13),  /* Another program listens at that address. */
  HTTP_ADDRESS_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_HTTP, 14),      /* Not ADDRESS:PORT. */
  HTTP_STILL_BUSY = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 15),      /* Requests were still running when the time to stop was over. */
  HTTP_URL_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_HTTP, 16),         /* Not an address this client may call. */
  HTTP_PEER_UNREACHABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 17),/* The other system cannot be reached; nothing was sent. */
  HTTP_PEER_ANSWER = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 18),     /* The other system's answer is too large or not HTTP. */
  HTTP_PEER_LOST = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 19),       /* The other system went silent after the request; it may have acted. */
  HTTP_ADDRESS_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_HTTP, 20),     /* Not an address of this machine, or a port that needs more rights. */
  HTTP_MAIL_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_HTTP, 21),        /* The mail server will never take this mail. */
  HTTP_PEER_CERTIFICATE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_HTTP, 22),/* The other system's certificate has ended, is another's or nobody's we trust; nothing was sent. */
};

enum http_method { HTTP_GET = 1, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_TRACE };
const char *http_method_name(enum http_method method);

struct http_header {
  struct slice name;
  struct slice value;
};

enum { HTTP_PARAMS_MAX = 4, HTTP_RESPONSE_HEADERS_MAX = 16 };

/* Slices live as long as the call. */
struct http_request {
  enum http_method method;
  struct slice path;  /* begins with '/', still percent-encoded, without query */
  struct slice query; /* still percent-encoded, without '?' */
  const struct http_header *headers;
  size_t header_count;
  struct slice body;
  int64_t peer_uid; /* of a Unix-socket client (SO_PEERCRED): the proxy's, where one is in front; -1 over TCP */
  struct slice peer_address; /* who connected, "127.0.0.1"; a proxy in front is that who; empty over a Unix socket */
};

struct http_response {
  int status; /* 0 is sent as 500 */
  struct http_header headers[HTTP_RESPONSE_HEADERS_MAX];
  size_t header_count;
  struct slice body; /* in the call's arena, or static */
  struct slice whole; /* made before: head and body as they are sent, instead of all above; without Date, which a 5xx may lack [RFC9110 6.6.1] */
};

/* One request and its answer. */
struct http_call {
  struct arena *arena;
  int class; /* of options.classes: where it waits; HTTP_NO_CLASS before it is known */
  struct http_request request;
  struct http_response response;
  struct http_header params[HTTP_PARAMS_MAX]; /* what the route's {names} stood for, decoded */
  size_t param_count;
  const void *route; /* the application's row, if it has looked for it already */
};

/* The header's value; empty if absent, or there twice: two servers would each believe another one. Names without regard to case. */
struct slice http_header(const struct http_request *request, const char *name);
/* The cookie of that name; empty if absent, or there twice: one of them is not ours, and nobody knows which. */
struct slice http_cookie(const struct http_request *request, const char *name);
/* The route's {name}; empty if it has none. */
struct slice http_param(const struct http_call *call, const char *name);
/* One member of a list such as Accept-Language, and its weight in thousandths [RFC9110 12.4.2]; a weight that cannot be read counts as nought.
 * false: *list is used up. */
bool http_preference_next(struct slice *list, struct slice *ret_name, int *ret_weight);
/* Whether If-None-Match says the client has that representation: by weak comparison [RFC9110 13.1.2]. */
bool http_etag_is_known(const struct http_request *request, struct slice etag);

/* What limits count an address as: of IPv6 the /64 ("2001:db8:0:7::/64"), since one client has all of it; IPv4, also inside IPv6, itself.
 * Empty: not an address. */
struct slice http_network(struct arena *arena, struct slice address);

/* Replaces a header of that name, Set-Cookie excepted. A value with control characters is dropped: no response splitting. */
void http_response_header(struct http_call *call, const char *name, struct slice value);
void http_reply(struct http_call *call, int status, const char *content_type, struct slice body);
/* 303 See Other. */
void http_redirect(struct http_call *call, struct slice location);

/* A route table is an array of rows whose first member is a struct http_route. Segments: literal, {name} (one segment, not empty),
 * or a last "*" (any rest). The first row that fits is taken; HEAD fits GET. */
struct http_route {
  enum http_method method;
  const char *pattern;
};
struct http_routes {
  const void *rows;
  size_t row_bytes;
  size_t count;
};
/* Fills call->params. HTTP_NO_ROUTE; HTTP_METHOD_NOT_ALLOWED (has set Allow); HTTP_MALFORMED for a path that cannot be decoded. */
MUST_USE result http_route_find(const struct http_routes *routes, struct http_call *call, const void **ret_row);

struct http_limits {
  size_t head_bytes_max;   /* 16384: cookies and a long address fit three times */
  size_t target_bytes_max; /* 4096 */
  size_t header_count_max; /* 64 */
  size_t body_bytes_max;   /* 131072: forms are under 10 KB; with connections_max it bounds the memory clients can hold */
  /* Pictures come without a script that makes them small: longer bodies, at these paths alone and a few at once. */
  const char *const *large_paths; /* exact paths, ended by NULL; NULL: none */
  size_t large_body_bytes_max;    /* 4 MiB: a telephone's photograph */
  int large_bodies_max;           /* 32 being received or handled; one more is answered 503 */
  int connections_max;     /* 8192 over all loops; for one more, who has stood still for longest is closed, or it is answered 503 */
  int refusals_per_s;      /* 1000 answered a second, a door of a loop, to people who cannot be let in; beyond that the door is shut */
  int quiet_ms;            /* 1000 without a request begun or a reply taken, before a connection can be closed for another */
  int waiting_max;         /* 1024 requests waiting for a worker */
  int idle_ms;             /* 60000 between requests of a connection */
  int request_ms;          /* 15000 from a request's first byte to its last */
  int write_ms;            /* 30000 for the client to take the reply */
  int linger_ms;           /* 1000 to read away what a refused client still sends, so that it sees the reply */
  int drain_ms;            /* 10000 for what is in flight when stopping */
  int held_up_ms;          /* 10 of a loop's time by one handler that stays, in one go: for a while nothing stays then */
};

/* What is asked for with equal urgency. The first of a table is served first; of sixteen requests one is taken from the other end, so that nobody waits for
 * ever. Within a class who came first is first. */
enum { HTTP_CLASSES_MAX = 8, HTTP_NO_CLASS = -1, HTTP_ANSWERED = -2 };
struct http_class {
  const char *name;
  int target_ms;  /* from a request's last byte to its answer: while they take longer fewer are let in; 0: always as many as may */
  int inside_max; /* never more than that at once, waiting or being handled; 0: limits.waiting_max */
  bool is_beginning; /* brings more requests of the classes before it: let in only while it and any of these leave half of that one free */
};

struct http_server_options {
  const char *listen;      /* "127.0.0.1:8080", "[::1]:0" (0: any free port); NULL: no TCP */
  const char *unix_socket; /* path, replaced if nobody listens there; NULL: none */
  /* Sockets that listen already (socket activation), at most one TCP and one Unix socket, and the door for newcomers, instead of those above. They stay the caller's: what has
   * connected to them before the server listens, or after it stops, waits for the next server. */
  const int *inherited;
  size_t inherited_count;
  /* A door of its own for who comes for the first time, "ADDRESS:PORT" or "unix:PATH": a proxy that tells them from those who hold something sends them here,
   * so that a shut door is not in the way of those. Passed sockets: the second Unix socket. NULL: everybody comes by the same. */
  const char *newcomers;
  bool is_socket_shared;   /* mode 0660, so that a proxy of the folder's group may connect; otherwise 0600 */
  int loops;               /* 0: one a core, at most 16 */
  int workers;             /* at most; they begin as work comes. 0: 64 */
  struct http_limits limits;
  const struct http_header *headers; /* on every reply that does not set them itself */
  size_t header_count;
  void *app;
  void (*bound)(void *app, int port); /* before the first request, on the opening thread; NULL: nobody asks */
  void (*handle)(void *app, struct http_call *call); /* on a worker, or, if it stays, on a loop */
  /* On a loop, so it must not block: true when it has answered what takes no time, such as a document that lies ready. NULL: nothing does. */
  bool (*answer_at_once)(void *app, struct http_call *call);
  const struct http_class *classes; /* NULL: one, bounded by limits.waiting_max */
  size_t class_count;
  /* On a loop, so it must not block: of which class a request is; HTTP_ANSWERED when it has turned it away. NULL: of the first. */
  int (*classify)(void *app, struct http_call *call);
  /* On a loop, so it must not block: whether handle may run on the loop's own thread, in a fiber (base/fiber.h). It may wait where base/parking.h is what it
   * waits by (db_write on a file, the signer's client, pool_run), computes and reads for a fraction of a millisecond, and holds no lock while it waits. NULL: none. */
  bool (*stays)(void *app, struct http_call *call);
  /* On a loop, so it must not block: answers, as a handler does, a request no handler ever sees. call->request is what could be read of it:
   * a method of 0, an empty path and absent headers say nothing. */
  void (*refuse)(void *app, struct http_call *call, uint16_t code);
};

struct http_server;
/* Listens when it returns. HTTP_ADDRESS_IN_USE, HTTP_ADDRESS_REFUSED, HTTP_ADDRESS_SYNTAX, BASE_IO. From here on the process ignores SIGPIPE. */
MUST_USE result http_server_open(const struct http_server_options *options, struct http_server **ret_server);
int http_server_port(const struct http_server *server);
int http_server_newcomers_port(const struct http_server *server);
/* While it runs: limits->connections_max and refusals_per_s, and each class's target_ms, in the order of options.classes (NULL: as they are). */
void http_server_adjust(struct http_server *server, const struct http_limits *limits, const struct http_class *classes);
/* From here on each reply is the last of its connection, so that nobody keeps one open for later: proxies do. Everybody is served as before. */
void http_server_drain(struct http_server *server);
/* Accepts no more, finishes what is in flight, at most drain_ms. HTTP_STILL_BUSY: handlers still run; exit without http_server_close. */
MUST_USE result http_server_stop(struct http_server *server);
/* After a successful stop (stops itself otherwise). NULL is fine. */
void http_server_close(struct http_server **server);

struct http_figures {
  uint64_t requests;
  uint64_t refused;    /* by the guard: malformed, too large, too slow */
  uint64_t overloaded; /* answered 503 by a loop */
  uint64_t evicted;    /* connections closed for newer ones */
  uint64_t shut_us;    /* for so long doors were shut, all loops together */
  int connections;
  int waiting; /* requests no worker has taken yet */
};
struct http_figures http_server_figures(struct http_server *server);

struct histogram;
struct http_class_figures {
  const char *name;
  uint64_t admitted;
  uint64_t shed;
  int inside;  /* waiting or being handled */
  int waiting; /* for a worker */
  int limit;   /* as many may be inside now */
  const struct histogram *waited; /* for a worker; as long as the server */
};
/* false: there is no class of that number. */
bool http_server_class_figures(struct http_server *server, size_t number, struct http_class_figures *ret_figures);
/* Asked again and again, by one thread: whether every loop has turned since it was asked the last time, and the queue, if there is one, has moved. */
bool http_server_is_moving(struct http_server *server);

/* The client: synchronous, one request, no redirects, no proxy, no cookies. https only; http to a loopback address or over a Unix socket
 * when the option allows it. Addresses no public service has (loopback, link-local, multicast, unspecified) are refused after resolution. */
struct http_client_request {
  enum http_method method;
  struct slice url;
  const struct http_header *headers;
  size_t header_count;
  struct slice body;
  const char *unix_socket;   /* path; NULL: TCP */
  const char *ca_path;       /* PEM of those whose certificates count; NULL: the system's */
  bool is_private_refused;   /* nor addresses of private networks, unless loopback is allowed too: nobody here has looked at the URL */
  bool is_loopback_allowed;  /* http:// and loopback addresses, for demonstration and tests */
  int timeout_ms;            /* 0: 10000, all in all */
  size_t response_bytes_max; /* 0: 1 MiB */
};
struct http_client_response {
  int status;
  struct http_header *headers;
  size_t header_count;
  struct slice body;
};
/* HTTP_URL_REFUSED, HTTP_PEER_UNREACHABLE, HTTP_PEER_CERTIFICATE, HTTP_PEER_LOST, HTTP_PEER_ANSWER; any status is a success here. */
MUST_USE result http_client_send(const struct http_client_request *request, struct arena *arena, struct http_client_response *ret_response);
struct slice http_client_header(const struct http_client_response *response, const char *name);

/* Who answers at an https address, loopback included, and with which certificate; nothing is asked of it. HTTP_PEER_UNREACHABLE, HTTP_PEER_LOST. */
struct http_peer {
  struct slice chain;  /* PEM, the server's own certificate first */
  const char *refused; /* why nobody on this machine would believe it; NULL: they would */
};
MUST_USE result http_peer_look(struct slice url, struct arena *arena, struct http_peer *ret_peer);

/* One mail to one receiver over SMTP [RFC5321]: TLS from the first byte (smtps://) or by STARTTLS (smtp://), which the server must offer. */
struct http_mail {
  struct slice url;      /* "smtps://mail.example:465", "smtp://mail.example:587" */
  bool is_plain;         /* smtp:// without TLS: only to a loopback address */
  const char *ca_path;   /* PEM; NULL: the system's */
  struct slice user;     /* empty: no authentication */
  struct slice password;
  struct slice from;     /* of the envelope */
  struct slice to;
  struct slice bytes;    /* headers and body, CRLF */
};
/* HTTP_URL_REFUSED, HTTP_PEER_UNREACHABLE, HTTP_PEER_CERTIFICATE and HTTP_PEER_LOST (try again), HTTP_MAIL_REFUSED (never). */
MUST_USE result http_mail_send(const struct http_mail *mail, struct arena *arena);
