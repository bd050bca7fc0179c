#include "tests/chaos/opener.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "tests/support/byte_pattern.h"

namespace tests::chaos {
namespace {

using std::chrono::steady_clock;

constexpr unsigned kSeed = 7;  // of the bytes that are asked for

}  // namespace

void rest_until(Moment moment, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_until(lock, stop, moment, [] { return false; });
}

void Opening::fail(std::string why) {
  outcome = connection && connection->has_heard_tls() ? Outcome::kFailedHeard : Outcome::kFailedUnheard;
  error = std::move(why);
}

Opening open_connection(const ClientSurroundings& surroundings, support::Deadline deadline) {
  Opening opening;
  auto connection = surroundings.tls.open(surroundings.vip, deadline);
  if (!connection) {
    opening.fail(connection.error().message);
    return opening;
  }
  opening.connection = std::move(*connection);
  if (const auto done = opening.connection->handshake(deadline); !done) opening.fail(done.error().message);
  return opening;
}

std::string Opener::path_of(const ClientPlan& plan) {
  return plan.body == 0 ? "/version" : fmt::format("/pattern?size={}&seed={}", plan.body, kSeed);
}

void Opener::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto begin = steady_clock::now();
    ask();
    rest_until(begin + plan_.pace, stop);
  }
}

void Opener::ask() {
  const auto begin = steady_clock::now();
  const auto deadline = begin + plan_.limit;
  Opening opening = open_connection(surroundings_, deadline);
  if (opening.outcome == Outcome::kAnswered) {
    const auto response = surroundings_.tls.get_on(*opening.connection, path_, deadline);
    if (!response) {
      opening.fail(response.error().message);
    } else if (response->status != 200) {
      opening.fail(fmt::format("answered with {}", response->status));
    } else if (!is_right(response->body)) {
      ++records_.wrong_bytes;
    }
  }
  records_.attempts.push_back({begin, steady_clock::now(), opening.outcome, std::move(opening.error)});
}

bool Opener::is_right(const std::string& body) const {
  if (plan_.body != 0) {
    return body.size() == plan_.body && !support::BytePattern(kSeed).first_difference(0, body).has_value();
  }
  return std::ranges::any_of(surroundings_.servers, [&](const std::string& name) {
    return body.ends_with(fmt::format(R"("server":"{}"}})", name));
  });
}

}  // namespace tests::chaos
