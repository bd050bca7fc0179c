#include "lb/doctor/visitor.h"

#include <poll.h>

#include <array>
#include <cerrno>

#include "lb/net/http_answer.h"
#include "lb/net/socket.h"

namespace lb::doctor {
namespace {

using Deadline = std::chrono::steady_clock::time_point;
using Outcome = net::TlsSession::Outcome;

// False: the time is over.
bool wait_for(int fd, short events, Deadline end) noexcept {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd ready{.fd = fd, .events = events, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

std::string connect_by(const base::UniqueFd& fd, Deadline end) {
  if (!wait_for(fd.get(), POLLOUT, end)) return "no answer in time";
  const int error = net::socket_error(fd.get());
  return error == 0 ? "" : base::errno_text(error);
}

// Takes a step again and again until it is done; "" or why it failed.
template <class Step>
std::string finish(net::TlsSession& session, int fd, Deadline end, Step step) {
  while (true) {
    const net::TlsSession::Result result = step();
    if (result.outcome == Outcome::kMoved) return {};
    if (result.outcome == Outcome::kEnded) return "the connection ended";
    if (result.outcome == Outcome::kFailed) return session.reason();
    if (!wait_for(fd, result.outcome == Outcome::kWantsRead ? POLLIN : POLLOUT, end)) return "no answer in time";
  }
}

std::string question_for(const Call& call) {
  const std::string host = call.server_name.empty() ? call.address.to_string() : call.server_name;
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: keepstate-lb-doctor\r\nConnection: close\r\n\r\n",
                     call.path, host);
}

// Reads until the status is known.
std::string read_status(net::TlsSession& session, int fd, Deadline end, unsigned& status) {
  std::string bytes;
  std::array<char, 4096> room{};
  while (true) {
    std::size_t count = 0;
    std::string why = finish(session, fd, end, [&] {
      const auto result = session.receive(room);
      count = result.bytes;
      return result;
    });
    if (!why.empty()) return why;
    bytes.append(room.data(), count);
    const auto answer = net::parse_http_answer(bytes);
    if (!answer) return answer.error().message;
    if (!*answer) continue;
    status = (*answer)->status;
    return {};
  }
}

}  // namespace

Visit visit_backend(const Call& call, const net::TlsContext& context, std::chrono::milliseconds patience) {
  const Deadline end = std::chrono::steady_clock::now() + patience;
  Visit visit;
  const net::SocketResult socket = net::begin_connect(call.address);
  visit.connect_error = socket.fd ? connect_by(socket.fd, end) : base::errno_text(socket.error);
  if (!visit.connect_error.empty()) return visit;
  const int fd = socket.fd.get();
  net::TlsSession session(context, fd, call.server_name.empty() ? call.address.ip().to_string() : call.server_name);
  visit.tls_error = session.valid() ? finish(session, fd, end, [&] { return session.shake_hands(); }) : "out of memory";
  if (!visit.tls_error.empty()) return visit;
  visit.certificate = session.peer_certificate();
  const std::string question = question_for(call);
  visit.answer_error = finish(session, fd, end, [&] { return session.send(question); });
  if (visit.answer_error.empty()) visit.answer_error = read_status(session, fd, end, visit.status);
  session.say_goodbye();
  return visit;
}

}  // namespace lb::doctor
