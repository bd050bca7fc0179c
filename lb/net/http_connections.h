// HttpConnections: the connections of one HttpServer, of which there are only so many: whoever opens more, or never
// finishes a request, must not use up the descriptors that clients of the balancer need. The one that has asked nothing
// for the longest time goes when another comes; where all wait for answers, the new one. Loop's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>

#include "lb/net/event_loop.h"
#include "lb/net/timer.h"

struct bufferevent;
struct event_base;
struct evhttp;

namespace lb::net {

class HttpConnections {
 public:
  static constexpr std::size_t kMost = 48;  // of the descriptors that net/descriptor_limit.h keeps free

  // Watches those that `http` accepts from now on; it outlives `http`.
  HttpConnections(EventLoop& loop, evhttp* http);
  ~HttpConnections();
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;

  // A request has come on this one; until answered() it stays.
  void asks(bufferevent* stream) noexcept;
  void answered(bufferevent* stream) noexcept;
  // Ends those that have got all that they have asked for; one that has not asked yet may do so.
  void end_idle() noexcept;

  [[nodiscard]] std::size_t size() noexcept;

 private:
  static constexpr std::chrono::milliseconds kSweep{500};
  struct Connection {
    // A reference of ours, so that it can be looked at after libevent has given it up. Its descriptor is closed with
    // the last reference and not before: an event for a number that is somebody else's would take that one's events
    // away.
    bufferevent* stream;
    bool has_asked = false;
    bool waits = false;  // for an answer
    bool goes = false;   // has been ended, or is to be
  };
  static bufferevent* open(event_base* loop, void* self) noexcept;
  void make_room() noexcept;
  bool end_one(bool (*may_go)(const Connection&)) noexcept;
  void forget_ended() noexcept;
  std::list<Connection>::iterator find(const bufferevent* stream) noexcept;

  void sweep() noexcept;

  std::list<Connection> connections_;  // the one that has asked last is the last one
  Timer sweep_;                        // for those that have ended: nobody tells
};

}  // namespace lb::net
