#include "lb/proxy/session.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lb/net/socket.h"
#include "lb/proxy/journal.h"

namespace lb::proxy {
namespace {

using std::chrono::milliseconds;

// A session that has moved bytes is looked after: whether a reset was missed (Stream::unsure), soon after its first
// bytes and then every second in which more have come; whether its backend side has keepalive; and, when no more bytes
// come, whether its peers have acknowledged the last ones. A short session pays for none of it. (The client's side
// inherits keepalive from the listening socket.)
constexpr milliseconds kFirstLook{100};
constexpr milliseconds kLook{1000};
// A look comes up to two ticks late: this many are at most 28 s after the last bytes.
constexpr unsigned kLooksAtTheDead = 24;

// Four cache lines. There may be thousands that are idle, so a member that makes it larger needs a good reason.
static_assert(sizeof(Session) <= 256);

milliseconds to_milliseconds(net::Tick ticks) noexcept {
  return ticks * net::kTick;
}

}  // namespace

Session::Session(SessionPlace& place, const base::IpAddress& client, base::SteadyTime accepted, source::Visit* visit)
    // Not make_unique: what a session is to its race and to its streams is nobody else's business (private bases).
    // NOLINTNEXTLINE(modernize-make-unique)
    : place_(place), origin_(std::unique_ptr<Race>(new Race(place, client_, *this, client, accepted, visit))) {}

void Session::start(base::UniqueFd client) noexcept {
  if (client_.open(place_.loop, std::move(client), *this, net::Stream::State::kConnected)) {
    follow(origin_.race()->start());
  } else {
    finish(CloseReason::kOutOfResources);
  }
  settle();
}

void Session::abort(CloseReason reason) noexcept {
  finish(reason);
  settle();
}

bool Session::calm() const noexcept {
  const bool holds = to_backend_.holds_bytes() || to_client_.holds_bytes();
  return state_ == State::kRelaying && !holds && !client_.readable() && !backend_->readable();
}

void Session::retire(CloseReason reason) noexcept {
  state_ = State::kClosed;
  reason_ = reason;
  client_.close();
  backend_->close();
  settle();
}

const backend::BackendState* Session::backend() const noexcept {
  return lease_ ? &lease_.backend() : nullptr;
}

SessionInfo Session::info(base::SteadyTime now) const {
  const milliseconds age = std::chrono::duration_cast<milliseconds>(now - accepted());
  const bool is_choosing = state_ == State::kChoosing;
  return {.listener = place_.listener,
          .client = net::peer_address(client_.fd()),
          .backend = lease_ ? lease_.backend().name() : "",
          .state = is_choosing                  ? "choosing"
                   : state_ == State::kDraining ? "draining"
                                                : "relaying",
          .age = age,
          .idle = is_choosing ? age : to_milliseconds(place_.wheel.now() - last_byte_),
          .bytes_to_backend = bytes_to_backend(),
          .bytes_to_client = bytes_to_client()};
}

void Session::follow(Race::Outcome outcome) noexcept {
  switch (outcome) {
    case Race::Outcome::kOpen:
      return place_.wheel.arm(*this, origin_.race()->patience());
    case Race::Outcome::kWon:
      return begin_relaying();
    case Race::Outcome::kLost:
      return finish(origin_.race()->reason());
  }
}

void Session::begin_relaying() noexcept {
  Race::Winner winner = origin_.race()->take_winner();
  const unsigned tries = origin_.race()->tries();
  origin_.end_race();
  backend_ = std::move(winner.stream);
  lease_ = std::move(winner.lease);
  to_backend_.begin_with(std::move(winner.first));
  lease_.counters().sessions.add(1);
  state_ = State::kRelaying;
  const base::SteadyTime now = place_.clock.now();
  place_.counters.connect_duration.record(now - accepted());
  if (place_.journal != nullptr) place_.journal->note_connected(*this, tries, now);
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
  place_.counters.bytes_to_backend.add(to_backend);
  place_.counters.bytes_to_client.add(to_client);
  if (to_client > 0 && to_client == to_client_.bytes()) note_first_byte();
  to_backend_.note_moved(to_backend);
  to_client_.note_moved(to_client);
  if (!lively_) place_.wheel.arm(*this, std::min(patience(), kFirstLook));
  lively_ = true;
}

void Session::note_first_byte() noexcept {
  const base::SteadyTime now = place_.clock.now();
  lease_.counters().answers.add(1);
  place_.counters.first_byte.record(now - accepted());
  if (place_.journal != nullptr) place_.journal->note_first_byte(*this, now);
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
  const bool first_byte_due = owes_first_byte(silent);
  const bool ack_due = keepalive_set_ && watch_peers();
  lively_ = silent < kLook || !keepalive_set_ || ack_due || first_byte_due;
  if (state_ == State::kClosed) return;
  place_.wheel.arm(*this, lively_ ? std::min(patience() - silent, kLook) : patience() - silent);
}

// True as long as the backend may still be called silent for its first byte.
bool Session::owes_first_byte(milliseconds silent) noexcept {
  const milliseconds limit = place_.pool->relayed_first_byte;
  const bool owes = limit > milliseconds{0} && to_client_.bytes() == 0 && to_backend_.bytes() > 0 && !silence_noted_;
  if (!owes || silent < limit) return owes;
  lease_.counters().silences.add(1);
  silence_noted_ = true;
  return false;
}

// True as long as a peer owes an answer. A peer that gives none for half a minute is dead.
bool Session::watch_peers() noexcept {
  const net::AckState client = net::ack_state(client_.fd());
  const net::AckState backend = net::ack_state(backend_->fd());
  const bool missing = client == net::AckState::kMissing || backend == net::AckState::kMissing;
  looks_without_ack_ = missing ? looks_without_ack_ + 1U : 0U;
  if (looks_without_ack_ >= kLooksAtTheDead) {
    finish(client == net::AckState::kMissing ? CloseReason::kClientDead : CloseReason::kBackendDead);
  }
  return client != net::AckState::kNone || backend != net::AckState::kNone;
}

// ---- what the loop calls, and the end

void Session::on_ready(net::Stream& stream) noexcept {
  if (state_ == State::kChoosing) {
    follow(origin_.race()->on_ready(stream));
  } else if (state_ != State::kClosed) {
    pump();
  }
  settle();
}

void Session::on_deadline(net::Deadline& session) noexcept {
  static_cast<Session&>(session).on_deadline();
}

void Session::on_deadline() noexcept {
  if (state_ == State::kChoosing) {
    follow(origin_.race()->on_deadline());
  } else {
    look_after();
  }
  settle();
}

void Session::finish(CloseReason reason) noexcept {
  if (reason == CloseReason::kBackendReset && lease_ && to_client_.bytes() == 0) lease_.counters().early_ends.add(1);
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
  state_ == State::kChoosing ? origin_.race()->rearm() : backend_->rearm();
}

}  // namespace lb::proxy
