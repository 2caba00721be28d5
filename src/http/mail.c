#include <netinet/in.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "http/curl.h"
#include "http/http.h"

enum { MAIL_TIMEOUT_MS = 30000, MAIL_CONNECT_MS = 5000 };

struct sending {
  const struct http_mail *mail;
  size_t taken;
  bool is_plain_refused;
  char why[CURL_ERROR_SIZE]; /* libcurl's sentence */
};

static size_t give_bytes(char *out, size_t size, size_t count, void *arg) {
  struct sending *sending = arg;
  struct slice rest = slice_sub(sending->mail->bytes, sending->taken, size * count);
  if (rest.len > 0) {
    memcpy(out, rest.ptr, rest.len);
  }
  sending->taken += rest.len;
  return rest.len;
}

static bool is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  struct sockaddr_in6 v6;
  memcpy(&v6, address, sizeof v6);
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

/* Without TLS nothing leaves this machine. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  struct sending *sending = arg;
  if (sending->mail->is_plain && !is_loopback(&address->addr)) {
    sending->is_plain_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void close_curl(CURL **curl) { curl_easy_cleanup(*curl); }
static void free_list(struct curl_slist **list) { curl_slist_free_all(*list); }

static void set_options(CURL *curl, struct sending *sending, struct arena *arena) {
  const struct http_mail *mail = sending->mail;
  curl_easy_setopt(curl, CURLOPT_URL, arena_cstr(arena, mail->url));
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)MAIL_TIMEOUT_MS);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)MAIL_CONNECT_MS);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  /* STARTTLS or nothing: a server that does not offer it gets neither password nor mail [RFC8314 3, 4.1] */
  curl_easy_setopt(curl, CURLOPT_USE_SSL, mail->is_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, sending->why);
  if (mail->ca_path != NULL) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, mail->ca_path);
  }
  if (mail->user.len > 0) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, arena_cstr(arena, mail->user));
    curl_easy_setopt(curl, CURLOPT_PASSWORD, arena_cstr(arena, mail->password));
  }
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, sending);
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, (const char *)arena_printf(arena, "<%.*s>", SLICE_ARG(mail->from)).ptr);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_bytes);
  curl_easy_setopt(curl, CURLOPT_READDATA, sending);
}

static bool is_line_safe(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f || text.ptr[i] == '<' || text.ptr[i] == '>') {
      return false;
    }
  }
  return text.len > 0;
}

result http_mail_send(const struct http_mail *mail, struct arena *arena) {
  bool is_smtp = slice_starts(mail->url, S("smtp://")) || slice_starts(mail->url, S("smtps://"));
  if (!is_smtp || !is_line_safe(mail->from) || !is_line_safe(mail->to)) {
    FAIL(HTTP_URL_REFUSED, "not an SMTP address, or an e-mail address that would write a command");
  }
  TRY(http_curl_load());
  struct sending sending = {.mail = mail};
  struct curl_slist *to CLEANUP(free_list) = curl_slist_append(NULL, (const char *)arena_printf(arena, "<%.*s>", SLICE_ARG(mail->to)).ptr);
  CURL *curl CLEANUP(close_curl) = curl_easy_init();
  if (curl == NULL || to == NULL) {
    FAIL(BASE_IO, "curl_easy_init");
  }
  set_options(curl, &sending, arena);
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
  CURLcode outcome = curl_easy_perform(curl);
  long reply = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
  if (outcome == CURLE_OK) {
    return OK;
  }
  if (sending.is_plain_refused) {
    FAIL(HTTP_URL_REFUSED, "mail without TLS only to this machine");
  }
  /* 550 to 554 speak of mailbox and message; other fives of us: our password, our grammar [RFC5321 4.2.3] */
  if (outcome != CURLE_LOGIN_DENIED && reply >= 550 && reply <= 554) {
    FAIL(HTTP_MAIL_REFUSED, "the mail server answers %ld", reply);
  }
  if (outcome == CURLE_PEER_FAILED_VERIFICATION) {
    FAIL(HTTP_PEER_CERTIFICATE, "%s", sending.why);
  }
  FAIL(reply == 0 ? HTTP_PEER_UNREACHABLE : HTTP_PEER_LOST, "%s, last reply %ld", curl_easy_strerror(outcome), reply);
}
