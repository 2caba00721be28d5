#include "api/any_origin.h"

void api_any_origin_allow(struct api_call *call) {
  if (http_header(&call->http->request, "Origin").len > 0) {
    http_response_header(call->http, "Access-Control-Allow-Origin", S("*"));
    http_response_header(call->http, "Access-Control-Expose-Headers", S("DPoP-Nonce, WWW-Authenticate, Retry-After"));
  }
}

static bool is_asked_for(const struct api_route *route, const struct http_request *request) {
  return (route->requires & API_ANY_ORIGIN) != 0 && slice_is(request->path, route->route.pattern) &&
         slice_is(http_header(request, "Access-Control-Request-Method"), http_method_name(route->route.method));
}

bool api_any_origin_preflight(struct api_call *call) {
  const struct api_route *routes = api_routes.rows;
  const struct http_request *request = &call->http->request;
  if (request->method != HTTP_OPTIONS || http_header(request, "Origin").len == 0) {
    return false;
  }
  for (size_t i = 0; i < api_routes.count; i++) {
    if (is_asked_for(&routes[i], request)) {
      http_response_header(call->http, "Access-Control-Allow-Origin", S("*"));
      http_response_header(call->http, "Access-Control-Allow-Methods", http_header(request, "Access-Control-Request-Method"));
      http_response_header(call->http, "Access-Control-Allow-Headers", S("Authorization, DPoP, Content-Type"));
      http_response_header(call->http, "Access-Control-Max-Age", S("7200"));
      call->http->response.status = 204;
      return true;
    }
  }
  return false;
}
