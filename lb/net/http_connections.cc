#include "lb/net/http_connections.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>

namespace lb::net {
namespace {

// libevent writes 16 KiB a turn of the loop, which is 170 turns for the metrics of a thousand backends.
constexpr std::size_t kMostAWrite = 512U * 1024;

// libevent takes its callbacks away when it gives a connection up; the descriptor may be another's by then.
bool has_ended(bufferevent* stream) noexcept {
  bufferevent_data_cb read = nullptr;
  bufferevent_data_cb write = nullptr;
  bufferevent_event_cb event = nullptr;
  void* argument = nullptr;
  bufferevent_getcb(stream, &read, &write, &event, &argument);
  return argument == nullptr && read == nullptr && write == nullptr && event == nullptr;
}

bool has_unsent(bufferevent* stream) noexcept {
  return evbuffer_get_length(bufferevent_get_output(stream)) > 0;
}

// libevent sees the end and gives the connection up.
void end(bufferevent* stream) noexcept {
  if (const int fd = bufferevent_getfd(stream); fd >= 0) ::shutdown(fd, SHUT_RDWR);
}

}  // namespace

HttpConnections::HttpConnections(EventLoop& loop, evhttp* http) : sweep_(loop, [this] { sweep(); }) {
  evhttp_set_bevcb(http, &HttpConnections::open, this);
}

HttpConnections::~HttpConnections() {
  for (const Connection& connection : connections_) bufferevent_decref(connection.stream);
}

// Null: libevent makes one that nobody watches.
bufferevent* HttpConnections::open(event_base* loop, void* self) noexcept {
  auto& all = *static_cast<HttpConnections*>(self);
  bufferevent* const stream = bufferevent_socket_new(loop, -1, BEV_OPT_CLOSE_ON_FREE);
  if (stream == nullptr) return nullptr;
  bufferevent_set_max_single_write(stream, kMostAWrite);
  all.forget_ended();  // before the new one is there, which looks like one of them until libevent has it
  bufferevent_incref(stream);
  all.connections_.push_back({stream});
  all.make_room();
  if (!all.sweep_.pending()) all.sweep_.start(kSweep);
  return stream;
}

void HttpConnections::make_room() noexcept {
  const auto stays = [](const Connection& one) { return !one.goes; };
  if (static_cast<std::size_t>(std::ranges::count_if(connections_, stays)) <= kMost) return;
  if (end_one([](const Connection& one) { return !one.waits && !has_unsent(one.stream); })) return;
  if (end_one([](const Connection& one) { return !one.waits; })) return;
  // The new one, which has no descriptor yet.
  connections_.back().goes = true;
  sweep_.start(std::chrono::milliseconds{0});
}

// The new one is not asked.
bool HttpConnections::end_one(bool (*may_go)(const Connection&)) noexcept {
  for (auto one = connections_.begin(); one != std::prev(connections_.end()); ++one) {
    if (one->goes || !may_go(*one)) continue;
    one->goes = true;
    end(one->stream);
    return true;
  }
  return false;
}

void HttpConnections::forget_ended() noexcept {
  std::erase_if(connections_, [](const Connection& connection) {
    if (!has_ended(connection.stream)) return false;
    bufferevent_decref(connection.stream);
    return true;
  });
}

void HttpConnections::sweep() noexcept {
  forget_ended();
  for (const Connection& connection : connections_) {
    if (connection.goes) end(connection.stream);
  }
  if (!connections_.empty()) sweep_.start(kSweep);
}

std::list<HttpConnections::Connection>::iterator HttpConnections::find(const bufferevent* stream) noexcept {
  return std::ranges::find(connections_, stream, &Connection::stream);
}

void HttpConnections::asks(bufferevent* stream) noexcept {
  const auto connection = find(stream);
  if (connection == connections_.end()) return;
  connection->has_asked = true;
  connection->waits = true;
  connections_.splice(connections_.end(), connections_, connection);
}

void HttpConnections::answered(bufferevent* stream) noexcept {
  if (const auto connection = find(stream); connection != connections_.end()) connection->waits = false;
}

void HttpConnections::end_idle() noexcept {
  forget_ended();
  for (const Connection& connection : connections_) {
    if (connection.has_asked && !connection.waits && !has_unsent(connection.stream)) end(connection.stream);
  }
}

std::size_t HttpConnections::size() noexcept {
  forget_ended();
  return connections_.size();
}

}  // namespace lb::net
