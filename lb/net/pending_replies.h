// PendingReplies: the requests of one server that are not answered yet. Each is answered once: by its HttpReply, or
// with 503 when that takes too long. A request whose client has left stays valid until it is answered (libevent keeps
// it, and drops the answer). Loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "lb/net/event_loop.h"
#include "lb/net/http_connections.h"
#include "lb/net/http_message.h"
#include "lb/net/timer.h"

struct evhttp_request;

namespace lb::net {

class PendingReplies : public std::enable_shared_from_this<PendingReplies> {
 public:
  // Owned by a shared_ptr, which the replies only look at. Patience is counted in turns of `turn`.
  PendingReplies(EventLoop& loop, HttpConnections& connections, std::chrono::milliseconds turn);

  // Who waits for so many turns is told so, at the latest after one more.
  [[nodiscard]] HttpReply add(evhttp_request* request, unsigned turns = 1);
  // From now on an answer is the last one of its connection.
  void close_connections() noexcept { closing_ = true; }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct Waiting {
    evhttp_request* request;
    unsigned turns;  // that it may still wait
  };
  void answer(std::uint64_t id, const HttpResponse& response);
  void let_time_pass();

  void send(evhttp_request* request, const HttpResponse& response);

  HttpConnections& connections_;
  std::chrono::milliseconds turn_;
  bool closing_ = false;
  std::uint64_t next_id_ = 0;
  std::unordered_map<std::uint64_t, Waiting> waiting_;
  Timer timer_;  // runs while somebody waits
};

}  // namespace lb::net
