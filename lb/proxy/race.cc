#include "lb/proxy/race.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lb/net/socket.h"

namespace lb::proxy {
namespace {

using std::chrono::milliseconds;

// One more than a flight may have, so that what is too long shows.
constexpr std::size_t kRoomForFlight = kLargestRecord + 1;
// When a wish for another backend could not be met, it is wished for again.
constexpr milliseconds kAgain{1000};

}  // namespace

Race::Race(SessionPlace& place, net::Stream& client, net::Stream::Handler& handler, const base::IpAddress& source,
           base::SteadyTime accepted, source::Visit* visit) noexcept
    : place_(place),
      client_(client),
      handler_(handler),
      chooser_(source, visit),
      accepted_(accepted),
      began_(place.wheel.now()) {}

Race::~Race() {
  for (Attempt& attempt : attempts()) attempt.stream->reset();
}

Race::Outcome Race::start() noexcept {
  if (place_.pool->first_flight == cluster::FirstFlight::kTls) {
    flight_ = FirstFlight::kPart;
    place_.hedge_budget.note_connection(began_);
  }
  client_.expect_bytes();
  return read_client() ? advance() : lose(CloseReason::kClientGone);
}

Race::Outcome Race::on_ready(const net::Stream& stream) noexcept {
  if (&stream == &client_) {
    if (!hear_client()) return lose(CloseReason::kClientGone);
  } else {
    const auto found =
        std::ranges::find_if(attempts(), [&](const Attempt& attempt) { return attempt.stream.get() == &stream; });
    if (found != attempts().end()) look_at(*found);
  }
  return advance();
}

// ---- the client

bool Race::hear_client() noexcept {
  // Bytes and a half-close may wait; a client that is gone for good needs no backend any more.
  if (flight_ == FirstFlight::kOther) return client_.take_error() == 0;
  if (!read_client()) return false;
  for (Attempt& attempt : attempts()) {
    if (attempt.stage == Stage::kStands && may_be_told(attempt)) tell(attempt);
  }
  return true;
}

bool Race::read_client() noexcept {
  do {
    const auto room = std::span(place_.relay.scratch->bytes).first(kRoomForFlight - bytes_.size());
    const net::Stream::Result got = client_.read(room);
    if (got.outcome == net::Stream::Outcome::kFailed) return false;
    client_ended_ = got.outcome == net::Stream::Outcome::kEnded;
    bytes_.insert(bytes_.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got.count));
    judge_flight();
  } while (flight_ != FirstFlight::kOther && client_.readable());
  return true;
}

void Race::judge_flight() noexcept {
  if (flight_ == FirstFlight::kOther) return;
  flight_ = client_ended_ ? FirstFlight::kOther : first_flight_of(bytes_);
}

// ---- one attempt

bool Race::may_try() const noexcept {
  return tries_ <= place_.pool->retries && count_ < kMostAtOnce && !exhausted_ && !over();
}

bool Race::begin(Chooser::Reach reach) noexcept {
  while (may_try()) {
    backend::Lease lease = choose(reach);
    if (!lease) {
      exhausted_ = reach == Chooser::Reach::kAll && !chooser_.all_full();  // a place may be free later
      return false;
    }
    if (tries_ == 0) first_ = &lease.backend();
    if (tries_++ > 0 && count_ == 0) place_.counters.retries.add(1);
    Attempt& attempt = attempts_[count_++];
    attempt.lease = std::move(lease);
    attempt.since = place_.wheel.now();
    const int error = connect(attempt);
    if (error == 0) return true;
    if (net::is_out_of_resources(error)) {
      lacks_resources_ = true;
      drop(attempt);
      return false;
    }
    note_failure(attempt, error);
  }
  return false;
}

backend::Lease Race::choose(Chooser::Reach reach) noexcept {
  const auto& backends = place_.pool->backends;
  place_.excluded.clear();
  // By identity: a snapshot that came meanwhile may have numbered the backends anew.
  for (std::size_t i = 0; tries_ > 0 && i < backends.size(); ++i) {
    if (was_tried(*backends[i])) place_.excluded.push_back(policy::BackendIndex(i));
  }
  return chooser_.choose({.pool = *place_.pool,
                          .random = place_.random,
                          .cursor = place_.cursor,
                          .worker = place_.worker,
                          .reach = reach,
                          .excluded = place_.excluded});
}

bool Race::was_tried(const backend::BackendState& backend) const noexcept {
  const auto is_under_way = [&](const Attempt& attempt) { return &attempt.lease.backend() == &backend; };
  return std::ranges::find(failed_, &backend) != failed_.end() || std::ranges::any_of(attempts(), is_under_way);
}

// 0, or why this backend cannot be connected to.
int Race::connect(Attempt& attempt) noexcept {
  using net::SocketPool;
  const base::SocketAddress& address = attempt.lease.backend().address();
  const auto first = bytes_.empty() ? SocketPool::First::kUnknown : SocketPool::First::kWeSpeak;
  auto begun = place_.sockets.connect(address, handler_, first);
  // The spare is for a client that was accepted with the last descriptor, not for a second try.
  if (begun.error == EMFILE && tries_ == 1 && place_.spare.spend())
    begun = place_.sockets.connect(address, handler_, first);
  if (!begun.stream) return begun.error;
  attempt.stream = std::move(begun.stream);
  if (begun.used_before) place_.counters.reused_sockets.add(1);
  if (bytes_.empty()) return 0;
  if (!may_be_told(attempt)) return 0;
  // On this very host the connection stands already; elsewhere this costs one call in vain.
  const net::Stream::Result sent = attempt.stream->write(bytes_);
  if (sent.outcome == net::Stream::Outcome::kFailed) return sent.error;
  if (sent.outcome == net::Stream::Outcome::kMoved) {
    attempt.stage = Stage::kStands;
    attempt.told = static_cast<std::uint32_t>(sent.count);
    tell(attempt);
  }
  return 0;
}

void Race::look_at(Attempt& attempt) noexcept {
  if (attempt.stage == Stage::kConnecting) {
    const int error = attempt.stream->take_error();
    if (error != 0) return note_failure(attempt, error);
    if (!attempt.stream->writable()) return;
    attempt.stage = Stage::kStands;
  }
  if (flight_ == FirstFlight::kOther) return;
  if (attempt.stage == Stage::kStands && may_be_told(attempt)) tell(attempt);
  attempt.listen();
}

// One at a time hears the client. Another one does when all those have been waited for; and then it hears what may be
// said twice, or nothing.
bool Race::may_be_told(const Attempt& attempt) const noexcept {
  const auto is_heard = [&](const Attempt& other) { return &other != &attempt && other.told > 0 && other.open(); };
  return attempt.told > 0 || attempt.speaks_too || std::ranges::none_of(attempts(), is_heard);
}

void Race::tell(Attempt& attempt) noexcept {
  if (!attempt.tell(bytes_) || flight_ != FirstFlight::kWhole) return;
  attempt.stage = Stage::kAsked;
  attempt.overdue = false;
  attempt.since = place_.wheel.now();
}

void Race::note_failure(Attempt& attempt, int error) noexcept {
  attempt.count_failure(error);
  failed_.push_back(&attempt.lease.backend());
  drop(attempt);
}

void Race::note_unfit(Attempt& attempt) noexcept {
  attempt.lease.counters().early_ends.add(1);
  failed_.push_back(&attempt.lease.backend());
  drop(attempt);
}

void Race::drop(Attempt& attempt) noexcept {
  if (attempt.stream) attempt.stream->reset();
  const auto all = attempts();
  std::move(all.begin() + (&attempt - all.data()) + 1, all.end(), all.begin() + (&attempt - all.data()));
  attempts_[--count_] = {};
}

// ---- all of them

Race::Outcome Race::advance() noexcept {
  while (true) {
    if (Attempt* const first = leader()) return win(*first);
    if (std::ranges::any_of(attempts(), &Attempt::open)) {
      drop_unfit(0);
      if (!wants_another() || !go_beside()) return Outcome::kOpen;
      continue;
    }
    if (count_ > 0) {
      if (!begin_beside_unfit()) return settle_for_unfit();
      continue;
    }
    if (begin(Chooser::Reach::kAll)) continue;
    if (lacks_resources_) return lose(CloseReason::kOutOfResources);
    if (chooser_.all_full()) return lose(CloseReason::kBackendsFull);
    return lose(tries_ == 0 ? CloseReason::kNoBackend : CloseReason::kConnectFailed);
  }
}

// Those that are under way have all been waited for.
bool Race::wants_another() const noexcept {
  const bool all_late = std::ranges::all_of(
      attempts(), [this](const Attempt& attempt) { return attempt.overdue || is_reserve(attempt); });
  return all_late && place_.wheel.now() >= again_at_ && may_go_beside();
}

// True when somebody is under way now who was not.
bool Race::go_beside() noexcept {
  const bool any_asked =
      std::ranges::any_of(attempts(), [](const Attempt& attempt) { return attempt.stage == Stage::kAsked; });
  const net::Tick now = place_.wheel.now();
  const bool may_ask = !any_asked || place_.hedge_budget.has_any(now);
  again_at_ = now + net::DeadlineWheel::ticks(kAgain);
  if (!may_ask) {
    place_.counters.hedges_denied.add(1);
    return false;
  }
  const auto reserve = std::ranges::find_if(attempts(), [this](const Attempt& one) { return is_reserve(one); });
  const bool stands = reserve != attempts().end();
  if (!stands && !begin(any_asked ? Chooser::Reach::kAll : Chooser::Reach::kBest)) return false;
  Attempt& other = stands ? *reserve : attempts_[count_ - 1U];
  other.hedge = true;
  other.speaks_too = stands || any_asked;
  if (other.stage == Stage::kStands) tell(other);
  if (any_asked) place_.hedge_budget.spend(now);
  (any_asked ? place_.counters.first_flight_hedges : place_.counters.connect_hedges).add(1);
  again_at_ = now;
  return true;
}

// Was tried beside another, stands by now, and was told nothing because that one was.
bool Race::is_reserve(const Attempt& attempt) const noexcept {
  return attempt.stage == Stage::kStands && !may_be_told(attempt);
}

bool Race::may_go_beside() const noexcept {
  return may_try() || std::ranges::any_of(attempts(), [this](const Attempt& one) { return is_reserve(one); });
}

Attempt* Race::leader() noexcept {
  for (Attempt& attempt : attempts()) {
    if (attempt.stage == Stage::kAnswered) return &attempt;
  }
  if (flight_ != FirstFlight::kOther) return nullptr;
  // The youngest that has heard the client, else the youngest: the others have been waited for in vain.
  Attempt* youngest = nullptr;
  for (Attempt& attempt : attempts()) {
    const bool stands = attempt.stage == Stage::kStands || attempt.stage == Stage::kAsked;
    if (stands && (youngest == nullptr || attempt.told > 0 || youngest->told == 0)) youngest = &attempt;
  }
  return youngest;
}

void Race::drop_unfit(std::size_t but) noexcept {
  for (std::size_t i = count_; i-- > 0 && count_ > but;) {
    if (!attempts_[i].open()) note_unfit(attempts_[i]);
  }
}

// Nobody is under way. True when another is now, and those that are of no use are dropped for it.
bool Race::begin_beside_unfit() noexcept {
  drop_unfit(1);
  const net::Tick now = place_.wheel.now();
  if (flight_ == FirstFlight::kOther || !may_try()) return false;
  if (!place_.hedge_budget.has_any(now)) {
    place_.counters.hedges_denied.add(1);
    return false;
  }
  if (!begin(Chooser::Reach::kAll)) return false;
  attempts_[count_ - 1U].hedge = true;
  place_.hedge_budget.spend(now);
  place_.counters.first_flight_hedges.add(1);
  note_unfit(attempts_[0]);
  return true;
}

// There is no other: the client gets what there is.
Race::Outcome Race::settle_for_unfit() noexcept {
  Attempt& last = attempts_[0];
  last.lease.counters().early_ends.add(1);
  return last.stage == Stage::kBroken ? lose(CloseReason::kBackendReset) : win(last);
}

Race::Outcome Race::win(Attempt& attempt) noexcept {
  std::swap(attempts_[0], attempt);
  if (attempts_[0].hedge) place_.counters.hedge_wins.add(1);
  while (count_ > 1) {
    Attempt& other = attempts_[count_ - 1U];
    if (other.stage == Stage::kConnecting && other.overdue) other.lease.counters().silences.add(1);
    drop(other);
  }
  const backend::BackendState& winner = attempts_[0].lease.backend();
  if (&winner != first_) place_.counters.redispatches.add(1);
  chooser_.note_standing(*place_.pool, winner);
  return Outcome::kWon;
}

Race::Outcome Race::lose(CloseReason reason) noexcept {
  reason_ = reason;
  return Outcome::kLost;
}

Race::Winner Race::take_winner() noexcept {
  Attempt& winner = attempts_[0];
  count_ = 0;
  return {.stream = std::move(winner.stream),
          .lease = std::move(winner.lease),
          .first = {.bytes = std::move(bytes_), .told = winner.told, .source_ended = client_ended_}};
}

// ---- time

Race::Outcome Race::on_deadline() noexcept {
  if (age() >= std::max(place_.pool->timeouts.idle, place_.pool->connect_deadline)) return lose(CloseReason::kIdle);
  for (std::size_t i = count_; i-- > 0;) {
    Attempt& attempt = attempts_[i];
    attempt.stage == Stage::kConnecting ? check_connecting(attempt) : check_asked(attempt);
  }
  const bool anyone_asked =
      std::ranges::any_of(attempts(), [](const Attempt& attempt) { return attempt.stage >= Stage::kAsked; });
  // A client that does not speak may wait for the server to do so.
  if (over() && !anyone_asked) flight_ = FirstFlight::kOther;
  return advance();
}

void Race::check_connecting(Attempt& attempt) noexcept {
  const milliseconds waited = since(attempt.since);
  const bool time_is_up = over() || waited >= place_.pool->timeouts.connect;
  if (!time_is_up && !is_overdue(attempt)) return;
  // The socket is asked and not the clock: a loop that was held up must not blame a backend that answered.
  const int error = net::connect_outcome(attempt.stream->fd());
  if (error == 0) {
    attempt.stage = Stage::kStands;
    if (flight_ != FirstFlight::kOther && may_be_told(attempt)) tell(attempt);
  } else if (time_is_up || error != ETIMEDOUT) {
    note_failure(attempt, error);
  } else {
    attempt.overdue = true;
  }
}

void Race::check_asked(Attempt& attempt) noexcept {
  if (attempt.stage != Stage::kAsked || !is_overdue(attempt)) return;
  attempt.stream->expect_bytes();
  attempt.listen();
  if (attempt.stage != Stage::kAsked) return;
  attempt.overdue = true;
  attempt.lease.counters().silences.add(1);
}

bool Race::is_overdue(const Attempt& attempt) const noexcept {
  if (attempt.overdue) return false;
  const milliseconds limit = attempt.stage == Stage::kAsked ? place_.pool->first_byte : place_.pool->hedge;
  return limit > milliseconds{0} && since(attempt.since) >= limit;
}

milliseconds Race::patience() const noexcept {
  const snapshot::Pool& pool = *place_.pool;
  milliseconds left = (over() ? pool.timeouts.idle : pool.connect_deadline) - age();
  for (const Attempt& attempt : attempts()) {
    const bool connecting = attempt.stage == Stage::kConnecting;
    if (connecting) left = std::min(left, pool.timeouts.connect - since(attempt.since));
    const milliseconds limit = connecting ? pool.hedge : pool.first_byte;
    const bool limited = (connecting || attempt.stage == Stage::kAsked) && !attempt.overdue && limit > milliseconds{0};
    if (limited) left = std::min(left, limit - since(attempt.since));
  }
  const net::Tick now = place_.wheel.now();
  if (again_at_ > now && may_go_beside()) left = std::min(left, (again_at_ - now) * net::kTick);
  return std::max(left, milliseconds{0});
}

}  // namespace lb::proxy
