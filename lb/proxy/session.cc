#include "lb/proxy/session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "lb/net/socket.h"
#include "lb/policy/source_key.h"

namespace lb::proxy {
namespace {

using std::chrono::milliseconds;

// A session that has moved bytes is looked after: whether a reset was missed (Stream::unsure), soon after its first
// bytes and then every second in which more have come; and whether its backend side has keepalive. A short session
// never pays for either. (The client's side inherits keepalive from the listening socket.)
constexpr milliseconds kFirstLook{100};
constexpr milliseconds kLook{1000};

// Four cache lines. There may be thousands that are idle, so a member that makes it larger needs a good reason.
static_assert(sizeof(Session) <= 256);

// The largest `retries` that a configuration may ask for, and the first try.
constexpr std::size_t kMostTries = 11;

base::Counter& failure_counter(backend::BackendCounters& counters, int error) noexcept {
  if (error == ECONNREFUSED || error == ECONNRESET) return counters.connect_refused;
  if (error == ETIMEDOUT) return counters.connect_timeouts;
  return counters.connect_errors;
}

milliseconds to_milliseconds(net::Tick ticks) noexcept {
  return ticks * net::kTick;
}

}  // namespace

void Session::start(base::UniqueFd client) noexcept {
  beginning_->at = place_.wheel.now();
  if (!client_.open(place_.loop, std::move(client), *this, net::Stream::State::kConnected)) {
    finish(CloseReason::kOutOfResources);
  } else if (!to_backend_.hold_first_bytes(client_, place_.relay)) {
    finish(CloseReason::kClientGone);
  } else {
    connect_to_next();
  }
  settle();
}

void Session::abort(CloseReason reason) noexcept {
  finish(reason);
  settle();
}

const backend::BackendState* Session::backend() const noexcept {
  return lease_ ? &lease_.backend() : nullptr;
}

milliseconds Session::age() const noexcept {
  return to_milliseconds(place_.wheel.now() - beginning_->at);
}

// ---- choosing and connecting

void Session::connect_to_next() noexcept {
  while (true) {
    state_ = State::kChoosing;
    const auto index = choose();
    if (!index) return finish(beginning_->tries == 0 ? CloseReason::kNoBackend : CloseReason::kConnectFailed);
    backend::BackendState& backend = place_.pool->at(*index);
    lease_ = backend::Lease(backend, place_.worker);
    if (beginning_->tries++ > 0) place_.counters.retries.add(1);
    const int error = begin_try(backend);
    if (error == 0) return;
    if (net::is_out_of_resources(error)) return finish(CloseReason::kOutOfResources);
    on_try_failed(error);
    if (state_ == State::kClosed) return;
  }
}

std::optional<policy::BackendIndex> Session::choose() const noexcept {
  std::array<policy::BackendIndex, kMostTries> excluded{};
  std::size_t count = 0;
  const auto& failed = beginning_->failed;
  if (!failed.empty()) {
    // By identity: a snapshot that came meanwhile may have numbered the backends anew.
    const auto& backends = place_.pool->backends;
    for (std::size_t i = 0; i < backends.size() && count < excluded.size(); ++i) {
      if (std::ranges::find(failed, backends[i].get()) != failed.end()) excluded[count++] = policy::BackendIndex(i);
    }
  }
  policy::PickContext context{.random = place_.random,
                              .cursor = place_.cursor,
                              .source = policy::source_key(beginning_->client),
                              .backends = place_.pool->backends,
                              .excluded = std::span(excluded).first(count)};
  return place_.pool->policy->pick(context);
}

int Session::begin_try(backend::BackendState& backend) noexcept {
  using net::SocketPool;
  const auto first = to_backend_.holds_bytes() ? SocketPool::First::kWeSpeak : SocketPool::First::kUnknown;
  auto begun = place_.sockets.connect(backend.address(), *this, first);
  if (begun.error == EMFILE && place_.spare.spend()) begun = place_.sockets.connect(backend.address(), *this, first);
  if (!begun.stream) return begun.error;
  backend_ = std::move(begun.stream);
  if (begun.used_before) place_.counters.reused_sockets.add(1);
  state_ = State::kConnecting;
  if (to_backend_.holds_bytes()) {
    // On this very host the connection stands already; elsewhere this costs one call in vain.
    const net::Stream::Result sent = to_backend_.send_held_bytes(*backend_);
    if (sent.outcome == net::Stream::Outcome::kFailed) return sent.error;
    if (sent.outcome == net::Stream::Outcome::kMoved) {
      on_connected();
      return 0;
    }
  }
  place_.wheel.arm(*this, std::min(place_.pool->timeouts.connect, connect_time_left()));
  return 0;
}

milliseconds Session::connect_time_left() const noexcept {
  return std::max(place_.pool->connect_deadline - age(), milliseconds{0});
}

void Session::on_connect_ready(const net::Stream& stream) noexcept {
  if (&stream == &client_) {
    // Bytes and a half-close may wait; a client that is gone for good needs no backend any more.
    if (client_.take_error() != 0) finish(CloseReason::kClientGone);
    return;
  }
  const int error = backend_->take_error();
  if (error != 0 || backend_->writable()) on_connect_ended(error);
}

void Session::on_connect_ended(int error) noexcept {
  if (error == 0) return on_connected();
  on_try_failed(error);
  if (state_ != State::kClosed) connect_to_next();
}

void Session::on_try_failed(int error) noexcept {
  if (backend_) backend_->reset();  // none is there when even the call to connect failed
  failure_counter(lease_.counters(), error).add(1);
  beginning_->failed.push_back(&lease_.backend());
  lease_.give_back();
  state_ = State::kChoosing;
  const bool may_retry = beginning_->tries <= place_.pool->retries && connect_time_left() > milliseconds{0};
  if (!may_retry) finish(CloseReason::kConnectFailed);
}

void Session::on_connected() noexcept {
  lease_.counters().sessions.add(1);
  if (!place_.keeps_beginnings) beginning_.reset();
  state_ = State::kRelaying;
  last_byte_ = place_.wheel.now();
  lively_ = true;
  place_.wheel.arm(*this, std::min(patience(), kFirstLook));
  count_bytes(0, 0);
  pump();
}

// ---- relaying and draining

void Session::pump() noexcept {
  const std::uint64_t to_backend_before = to_backend_.bytes();
  const std::uint64_t to_client_before = to_client_.bytes();
  pump_once({to_backend_, to_client_, client_, *backend_, CloseReason::kClientReset, CloseReason::kBackendReset});
  if (state_ != State::kClosed) {
    pump_once({to_client_, to_backend_, *backend_, client_, CloseReason::kBackendReset, CloseReason::kClientReset});
  }
  count_bytes(to_backend_before, to_client_before);
  if (state_ == State::kClosed) return;
  if (to_backend_.over() && to_client_.over()) return finish(reason_);
  if (to_backend_.over() || to_client_.over()) on_one_side_ended();
}

void Session::pump_once(const Direction& way) noexcept {
  Relay::Status status = way.relay.pump(way.from, way.to, place_.relay);
  if (status == Relay::Status::kSinkClosed) {
    // The other direction goes on until what `to` has sent is delivered; meanwhile `from` is read and dropped.
    reason_ = way.to_reset;
    way.relay.abandon_sink();
    status = way.relay.pump(way.from, way.to, place_.relay);
  }
  if (status == Relay::Status::kSourceFailed) finish(way.from_reset);
  if (status == Relay::Status::kSinkReset) {
    way.back.deliver_rest(way.to, way.from, place_.relay);
    finish(way.to_reset);
  }
}

void Session::count_bytes(std::uint64_t to_backend_before, std::uint64_t to_client_before) noexcept {
  const std::uint64_t to_backend = to_backend_.bytes() - to_backend_before;
  const std::uint64_t to_client = to_client_.bytes() - to_client_before;
  if (to_backend == 0 && to_client == 0) return;
  last_byte_ = place_.wheel.now();
  lease_.counters().bytes_to_backend.add(to_backend);
  lease_.counters().bytes_to_client.add(to_client);
  to_backend_.note_moved(to_backend);
  to_client_.note_moved(to_client);
  if (!lively_) place_.wheel.arm(*this, std::min(patience(), kFirstLook));
  lively_ = true;
}

void Session::on_one_side_ended() noexcept {
  if (state_ == State::kDraining) return;
  state_ = State::kDraining;
  if (to_client_.finished()) client_.shutdown_write();
  if (to_backend_.finished()) backend_->shutdown_write();
  backend_told_end_ = to_backend_.finished();
  last_byte_ = place_.wheel.now();
  place_.wheel.arm(*this, std::min(patience(), kLook));
}

milliseconds Session::patience() const noexcept {
  return state_ == State::kDraining ? place_.pool->timeouts.half_close : place_.pool->timeouts.idle;
}

void Session::look_after() noexcept {
  if (client_.unsure() || backend_->unsure()) {
    client_.expect_bytes();
    backend_->expect_bytes();
    pump();
    if (state_ == State::kClosed) return;
  }
  const milliseconds silent = to_milliseconds(place_.wheel.now() - last_byte_);
  if (silent >= patience()) return finish(state_ == State::kDraining ? CloseReason::kHalfClosed : CloseReason::kIdle);
  if (looked_before_ && !keepalive_set_) {
    net::set_keepalive(backend_->fd());
    keepalive_set_ = true;
  }
  looked_before_ = true;
  lively_ = silent < kLook || !keepalive_set_;
  place_.wheel.arm(*this, lively_ ? std::min(patience() - silent, kLook) : patience() - silent);
}

// ---- what the loop calls, and the end

void Session::on_ready(net::Stream& stream) noexcept {
  if (state_ == State::kConnecting) {
    on_connect_ready(stream);
  } else if (state_ != State::kClosed) {
    pump();
  }
  settle();
}

void Session::on_deadline(net::Deadline& session) noexcept {
  static_cast<Session&>(session).on_deadline();
}

void Session::on_deadline() noexcept {
  if (state_ == State::kConnecting) {
    on_connect_ended(net::connect_outcome(backend_->fd()));
  } else {
    look_after();
  }
  settle();
}

void Session::finish(CloseReason reason) noexcept {
  state_ = State::kClosed;
  reason_ = reason;
  // A reset would throw away what the kernel has still to deliver; so it is only for those that did not end by
  // themselves.
  const bool ended = to_backend_.over() && to_client_.over();
  ended ? client_.close() : client_.reset();
  if (backend_) ended ? part_from_backend() : backend_->reset();
}

// Closing passes the end on; a socket that is to be used again has to do so by itself.
void Session::part_from_backend() noexcept {
  const bool dropped = to_backend_.sink_abandoned() || to_client_.sink_abandoned();
  if (dropped) return backend_->close();
  if (!backend_told_end_) backend_->shutdown_write();
  place_.sockets.give_back(std::move(backend_));
}

void Session::settle() noexcept {
  if (state_ == State::kClosed) {
    place_.owner.on_closed(*this);  // destroys this session
    return;
  }
  client_.rearm();
  if (backend_) backend_->rearm();
}

}  // namespace lb::proxy
