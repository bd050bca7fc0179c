#include "lb/net/pending_replies.h"

#include <event2/buffer.h>
#include <event2/http.h>

#include <memory>
#include <string>
#include <vector>

#include "lb/net/http_request.h"

namespace lb::net {
namespace {

using SharedText = std::shared_ptr<const std::string>;

void let_go(const void*, std::size_t, void* text) noexcept {
  delete static_cast<SharedText*>(text);
}

// Without copying it: the buffer holds on to the body until all of it is written.
void add_body(evbuffer* buffer, const HttpBody& body) {
  if (body.empty()) return;
  auto held = std::make_unique<SharedText>(body.share());
  if (evbuffer_add_reference(buffer, body.data(), body.size(), &let_go, held.get()) != 0) return;
  static_cast<void>(held.release());  // it is the buffer's now
}

}  // namespace

PendingReplies::PendingReplies(EventLoop& loop, HttpConnections& connections, std::chrono::milliseconds turn)
    : connections_(connections), turn_(turn), timer_(loop, [this] { let_time_pass(); }) {}

HttpReply PendingReplies::add(evhttp_request* request, unsigned turns) {
  const std::uint64_t id = next_id_++;
  waiting_.emplace(id, Waiting{request, turns});
  if (!timer_.pending()) timer_.start(turn_);
  return [pending = weak_from_this(), id](const HttpResponse& response) {
    if (const auto replies = pending.lock()) replies->answer(id, response);
  };
}

void PendingReplies::answer(std::uint64_t id, const HttpResponse& response) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  evhttp_request* const request = found->second.request;
  waiting_.erase(found);
  if (waiting_.empty()) timer_.cancel();
  send(request, response);
}

void PendingReplies::send(evhttp_request* request, const HttpResponse& response) {
  evkeyvalq* const headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", response.content_type.c_str());
  evhttp_add_header(headers, "Cache-Control", "no-store");
  evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) evhttp_add_header(headers, name.c_str(), value.c_str());
  if (closing_ || has_ignored_body(request)) evhttp_add_header(headers, "Connection", "close");
  if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
    // libevent would send a body here too, and no length (RFC 9110 s9.3.2 wants the opposite).
    evhttp_add_header(headers, "Content-Length", std::to_string(response.body.size()).c_str());
  } else {
    add_body(evhttp_request_get_output_buffer(request), response.body);
  }
  // None: the client has left.
  evhttp_connection* const connection = evhttp_request_get_connection(request);
  if (connection != nullptr) connections_.answered(evhttp_connection_get_bufferevent(connection));
  evhttp_send_reply(request, response.status, nullptr, nullptr);
}

void PendingReplies::let_time_pass() {
  std::vector<std::uint64_t> over;
  for (auto& [id, waiting] : waiting_) {
    if (waiting.turns == 0) over.push_back(id);
    if (waiting.turns > 0) --waiting.turns;
  }
  for (const std::uint64_t id : over) {
    answer(id, {.status = 503, .body = "no answer came in time; look at the log and try again\n"});
  }
  if (!waiting_.empty()) timer_.start(turn_);
}

}  // namespace lb::net
