// libevent's request -> HttpRequest. Loop's thread only.
#pragma once

#include "lb/net/http_message.h"

struct evhttp_request;

namespace lb::net {

[[nodiscard]] HttpRequest read_request(evhttp_request* request);

// Whether bytes follow the head that nobody is going to read: libevent takes no body of a GET or HEAD, and would take
// it for the next request of the connection.
[[nodiscard]] bool has_ignored_body(evhttp_request* request);

}  // namespace lb::net
