#include "tests/demo/traffic.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tests::demo {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kOneRequest{8000};  // client-go gives a handshake 10 s

}  // namespace

unsigned Tally::answered_by(const std::string& server) const {
  const auto found = answered.find(server);
  return found == answered.end() ? 0 : found->second;
}

unsigned Tally::requests() const {
  unsigned sum = failed;
  for (const auto& [server, count] : answered) sum += count;
  return sum;
}

void Tally::add(const Tally& other) {
  for (const auto& [server, count] : other.answered) answered[server] += count;
  if (failed == 0) first_failure = other.first_failure;
  failed += other.failed;
  slowest = std::max(slowest, other.slowest);
  total += other.total;
}

void Traffic::ask(Tally& tally) const {
  const auto begin = steady_clock::now();
  const auto response = client_.get(vip_, "/version", kOneRequest);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin);
  tally.slowest = std::max(tally.slowest, took);
  tally.total += took;
  const std::string server = response && response->status == 200 ? server_in(response->body) : std::string();
  if (!server.empty()) {
    ++tally.answered[server];
    return;
  }
  if (tally.failed++ > 0) return;
  tally.first_failure = response ? "an answer that is none: " + response->body : response.error().message;
}

std::string server_in(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  return parsed.is_object() ? parsed.value("server", std::string()) : std::string();
}

}  // namespace tests::demo
