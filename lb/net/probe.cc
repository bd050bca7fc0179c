#include "lb/net/probe.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "lb/net/socket.h"
#include "lib/base/duration.h"
#include "lib/base/result.h"

namespace lb::net {
namespace {

using Kind = ProbeResult::Kind;
using Outcome = TlsSession::Outcome;

// An answer of which more has come is given up: only its status and its end matter.
constexpr std::size_t kLargestAnswer = 64 * 1024;
// Below it, an answer is only a word in between (RFC 9110 s15.2).
constexpr unsigned kFinalStatus = 200;

Kind kind_of(int error) noexcept {
  if (error == 0) return Kind::kPassed;
  return is_out_of_resources(error) ? Kind::kOwnTrouble : Kind::kFailed;
}

ProbeFailure failure_of(int error) noexcept {
  if (error == ECONNREFUSED || error == ECONNRESET) return ProbeFailure::kRefused;
  return error == ETIMEDOUT ? ProbeFailure::kTimeout : ProbeFailure::kUnreachable;
}

ProbeResult result_of_connect(int error) {
  const Kind kind = kind_of(error);
  if (kind == Kind::kPassed) return {kind, "connect succeeded"};
  const std::string reason = "connect: " + base::errno_text(error);
  return kind == Kind::kFailed ? ProbeResult{kind, reason, failure_of(error)} : ProbeResult{kind, reason};
}

TlsSession::Result moved_by(ssize_t n, Outcome wants) noexcept {
  if (n > 0) return {Outcome::kMoved, static_cast<std::size_t>(n)};
  if (n == 0) return {Outcome::kEnded};
  const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {again ? wants : Outcome::kFailed};
}

}  // namespace

Probe::Probe(EventLoop& loop, const cluster::HealthCheck& check, const TlsContext* tls, Done done)
    : loop_(loop),
      check_(check),
      tls_context_(tls),
      done_(std::move(done)),
      connector_(loop, [this](int error) { done_(result_of_connect(error)); }),
      deadline_(loop, [this] { on_deadline(); }) {
  event_assign(&event_, loop_.base(), -1, 0, &Probe::on_event, this);
}

Probe::~Probe() {
  cancel();
}

void Probe::start(const base::SocketAddress& address) noexcept {
  cancel();
  address_ = address;
  if (check_.kind == cluster::HealthCheckKind::kTcp) return connector_.start(address, check_.timeout);
  SocketResult socket = begin_connect(address);
  if (!socket.fd) {
    result_ = result_of_connect(socket.error);
    deadline_.start(std::chrono::milliseconds{0});  // told when the loop turns
    return;
  }
  fd_ = std::move(socket.fd);
  step_ = Step::kConnecting;
  deadline_.start(check_.timeout);
  wait_for(Next::kWrite);
}

void Probe::cancel() noexcept {
  connector_.cancel();
  deadline_.cancel();
  event_del(&event_);
  tls_.reset();
  close_by_reset();
  answer_.clear();
  wrong_status_.reset();
  asks_alive_ = false;
  result_.reset();
  step_ = Step::kIdle;
}

// ---- what the loop calls

void Probe::on_event(evutil_socket_t, short, void* self) noexcept {
  static_cast<Probe*>(self)->on_ready();
}

void Probe::on_ready() noexcept {
  const Next next = advance();
  next == Next::kOver ? tell() : wait_for(next);
}

// The loop may have been held up: what has come meanwhile counts.
void Probe::on_deadline() noexcept {
  if (!result_ && advance() != Next::kOver) {
    static_cast<void>(fail("no answer within " + base::duration_text(check_.timeout), ProbeFailure::kTimeout));
  }
  tell();
}

Probe::Next Probe::advance() noexcept {
  Next next = Next::kGoOn;
  while (next == Next::kGoOn) next = take_step();
  return next;
}

Probe::Next Probe::take_step() noexcept {
  switch (step_) {
    case Step::kConnecting:
      return finish_connect();
    case Step::kShakingHands:
      return shake_hands();
    case Step::kSending:
      return send_question();
    case Step::kReceiving:
      return receive_answer();
    case Step::kIdle:
      break;
  }
  return Next::kOver;
}

void Probe::wait_for(Next next) noexcept {
  event_del(&event_);
  event_assign(&event_, loop_.base(), fd_.get(), static_cast<short>(next == Next::kRead ? EV_READ : EV_WRITE),
               &Probe::on_event, this);
  event_add(&event_, nullptr);
}

void Probe::tell() noexcept {
  const ProbeResult result = *std::exchange(result_, std::nullopt);
  cancel();
  done_(result);  // which may start the probe again
}

// ---- connecting and TLS

Probe::Next Probe::finish_connect() noexcept {
  const int error = connect_outcome(fd_.get());
  if (error != 0) return end(result_of_connect(error));
  if (tls_context_ != nullptr) return begin_tls();
  return ask(check_.path);
}

Probe::Next Probe::begin_tls() noexcept {
  const std::string name = check_.server_name.empty() ? address_.ip().to_string() : check_.server_name;
  tls_.emplace(*tls_context_, fd_.get(), name);
  if (!tls_->valid()) return end({Kind::kOwnTrouble, "no memory for a TLS session"});
  step_ = Step::kShakingHands;
  return Next::kGoOn;
}

Probe::Next Probe::shake_hands() noexcept {
  const Moved moved = tls_->shake_hands();
  if (moved.outcome == Outcome::kWantsRead) return Next::kRead;
  if (moved.outcome == Outcome::kWantsWrite) return Next::kWrite;
  if (moved.outcome != Outcome::kMoved) return fail(why_not_moved(moved));
  if (!cluster::speaks_http(check_.kind)) return end({Kind::kPassed, "TLS handshake succeeded"});
  return ask(check_.path);
}

// ---- HTTP

Probe::Next Probe::ask(const std::string& path) noexcept {
  const bool may_ask_again = path == check_.path && !check_.live_path.empty();
  path_ = path;
  question_ = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: keepstate-lb\r\nAccept: */*\r\nConnection: {}\r\n\r\n", path,
      check_.server_name.empty() ? address_.to_string() : check_.server_name, may_ask_again ? "keep-alive" : "close");
  step_ = Step::kSending;
  return Next::kGoOn;
}

Probe::Next Probe::send_question() noexcept {
  const Moved moved = send_some(question_);
  if (moved.outcome == Outcome::kWantsRead) return Next::kRead;
  if (moved.outcome == Outcome::kWantsWrite) return Next::kWrite;
  if (moved.outcome != Outcome::kMoved) return fail(why_not_moved(moved));
  question_.erase(0, moved.bytes);
  if (question_.empty()) step_ = Step::kReceiving;
  return Next::kGoOn;
}

Probe::Next Probe::receive_answer() noexcept {
  std::array<char, 4096> room;  // NOLINT(*-member-init): it is filled by the call
  const Moved moved = receive_some(room);
  if (moved.outcome == Outcome::kWantsRead) return Next::kRead;
  if (moved.outcome == Outcome::kWantsWrite) return Next::kWrite;
  if (moved.outcome != Outcome::kMoved) return fail(why_not_moved(moved));
  answer_.append(room.data(), moved.bytes);
  if (answer_.size() > kLargestAnswer) return fail("the answer is too long");
  return read_answer();
}

Probe::Next Probe::read_answer() noexcept {
  const auto answer = parse_http_answer(answer_);
  if (!answer) return fail(answer.error().message);
  if (!*answer) return Next::kGoOn;
  if ((*answer)->status < kFinalStatus) {
    answer_.erase(0, (*answer)->head_size);
    return read_answer();
  }
  if (asks_alive_) return end_not_ready(fmt::format(", {}: {}", doing(), (*answer)->status));
  return judge_ready(**answer);
}

Probe::Next Probe::judge_ready(const HttpAnswer& answer) noexcept {
  if (answer.status == check_.status) return end({Kind::kPassed, fmt::format("{}: {}", doing(), answer.status)});
  wrong_status_ = answer.status;
  return check_.live_path.empty() || !answer.keeps_open ? end_not_ready() : ask_alive(answer);
}

// On the same connection, once the first answer is out of the way.
Probe::Next Probe::ask_alive(const HttpAnswer& answer) noexcept {
  const auto size = end_of_answer(answer_, answer);
  if (!size) return end_not_ready();
  if (!*size) return Next::kGoOn;
  answer_.erase(0, **size);
  asks_alive_ = true;
  return ask(check_.live_path);
}

Probe::Moved Probe::send_some(std::string_view bytes) noexcept {
  if (tls_) return tls_->send(bytes);
  const Moved moved = moved_by(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), Outcome::kWantsWrite);
  socket_error_ = errno;
  return moved;
}

Probe::Moved Probe::receive_some(std::span<char> into) noexcept {
  if (tls_) return tls_->receive(into);
  const Moved moved = moved_by(::recv(fd_.get(), into.data(), into.size(), 0), Outcome::kWantsRead);
  socket_error_ = errno;
  return moved;
}

// ---- the end

std::string Probe::why_not_moved(const Moved& moved) const {
  if (moved.outcome == Outcome::kEnded) return "the server ended the connection without an answer";
  return tls_ ? tls_->reason() : base::errno_text(socket_error_);
}

std::string Probe::doing() const {
  if (step_ == Step::kConnecting) return "connect";
  return step_ == Step::kShakingHands ? "TLS handshake" : "GET " + path_;
}

Probe::Next Probe::fail(std::string_view why) noexcept {
  return fail(why, step_ == Step::kShakingHands ? ProbeFailure::kTls : ProbeFailure::kAnswer);
}

Probe::Next Probe::fail(std::string_view why, ProbeFailure failure) noexcept {
  const std::string what = fmt::format("{}: {}", doing(), why);
  if (!wrong_status_) return end({Kind::kFailed, what, failure});
  return asks_alive_ ? end_not_ready(", " + what) : end_not_ready();
}

// The ready path decides; what the live path said is for the reason only.
Probe::Next Probe::end_not_ready(const std::string& live) noexcept {
  return end({Kind::kNotReady, fmt::format("GET {}: {}{}", check_.path, *wrong_status_, live), ProbeFailure::kStatus});
}

Probe::Next Probe::end(ProbeResult result) noexcept {
  const bool answered = result.kind == Kind::kPassed || result.kind == Kind::kNotReady;
  event_del(&event_);
  if (answered && tls_) tls_->say_goodbye();
  tls_.reset();
  if (answered) fd_.reset();
  step_ = Step::kIdle;
  result_ = std::move(result);
  return Next::kOver;
}

// Leaves no TIME_WAIT behind.
void Probe::close_by_reset() noexcept {
  if (!fd_) return;
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd_.reset();
}

}  // namespace lb::net
