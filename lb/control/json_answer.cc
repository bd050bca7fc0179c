#include "lb/control/json_answer.h"

#include <string>

namespace lb::control {
namespace {

net::HttpResponse answer_of(int status, const Json& value) {
  // What is no UTF-8 (a client's query comes back in an error) is replaced; without that, dump() would throw.
  return {.status = status,
          .content_type = "application/json",
          .body = value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

}  // namespace

net::HttpResponse json_answer(const Json& value) {
  return answer_of(200, value);
}

net::HttpResponse error_answer(int status, std::string_view error) {
  return answer_of(status, Json{{"error", error}});
}

}  // namespace lb::control
