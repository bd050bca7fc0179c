#include "tests/chaos/keeper.h"

#include <fmt/format.h>

namespace tests::chaos {
namespace {

using How = Interruption::How;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kInterval{500};      // from line to line
constexpr milliseconds kNoticeable{1500};   // without a line
constexpr milliseconds kLook{200};          // how long a thread may take to see that it is to stop
constexpr milliseconds kWholeLine{30'000};  // for one that has begun; a link may fail in the middle of it
constexpr milliseconds kRestAfterFailure{250};

}  // namespace

void Keeper::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (auto kept = open_watch()) {
      follow(*kept, stop);
    } else {
      rest_until(steady_clock::now() + kRestAfterFailure, stop);
    }
  }
}

std::optional<Keeper::Kept> Keeper::open_watch() {
  const auto begin = steady_clock::now();
  const auto deadline = begin + plan_.limit;
  Opening opening = open_connection(surroundings_, deadline);
  std::optional<Kept> kept;
  if (opening.outcome == Outcome::kAnswered) kept = begin_watch(opening, deadline);
  records_.attempts.push_back({begin, steady_clock::now(), opening.outcome, std::move(opening.error)});
  return kept;
}

// The first line belongs to the opening: until it has come nobody knows who the server is.
std::optional<Keeper::Kept> Keeper::begin_watch(Opening& opening, support::Deadline deadline) {
  auto begun = surroundings_.tls.begin_watch(*opening.connection,
                                             fmt::format("/watch?interval={}ms", kInterval.count()), deadline);
  if (!begun) {
    opening.fail(begun.error().message);
    return std::nullopt;
  }
  Kept kept{support::WatchStream(std::move(*opening.connection), std::move(*begun)), kServers};
  const auto line = kept.stream.next_line(deadline);
  if (!line || !*line) {
    opening.outcome = Outcome::kFailedHeard;
    opening.error = line ? "the watch ended at once" : line.error().message;
    return std::nullopt;
  }
  kept.server = server_of(**line);
  if (!is_right(**line, 1, kept.server)) ++records_.wrong_bytes;
  return kept;
}

void Keeper::follow(Kept& kept, const std::stop_token& stop) {
  auto last = steady_clock::now();
  const auto note = [&](How how, std::string error) {
    records_.interruptions.push_back({kept.server, last, steady_clock::now(), how, std::move(error)});
  };
  for (std::size_t event = 2; !stop.stop_requested();) {
    if (!kept.stream.has_news(steady_clock::now() + kLook)) continue;
    const auto line = kept.stream.next_line(steady_clock::now() + kWholeLine);
    if (!line || !*line) return note(How::kEnded, line ? "ended in good order" : line.error().message);
    if (!is_right(**line, event++, kept.server)) ++records_.wrong_bytes;
    if (steady_clock::now() - last > kNoticeable) note(How::kResumed, {});
    last = steady_clock::now();
    ++records_.lines;
  }
  if (steady_clock::now() - last > kNoticeable) note(How::kStillSilent, {});
}

std::size_t Keeper::server_of(const std::string& line) const {
  std::size_t i = 0;
  while (i < surroundings_.servers.size() && line.find('"' + surroundings_.servers[i] + '"') == std::string::npos) ++i;
  return i;
}

bool Keeper::is_right(const std::string& line, std::size_t event, std::size_t server) const {
  return server < kServers &&
         line == fmt::format(R"({{"type":"BOOKMARK","event":{},"server":"{}"}})", event, surroundings_.servers[server]);
}

}  // namespace tests::chaos
