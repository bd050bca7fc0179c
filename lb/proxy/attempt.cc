#include "lb/proxy/attempt.h"

#include <cerrno>

#include "lb/proxy/client_hello.h"

namespace lb::proxy {
namespace {

base::Counter& failure_counter(backend::BackendCounters& counters, int error) noexcept {
  if (error == ECONNREFUSED || error == ECONNRESET) return counters.connect_refused;
  if (error == ETIMEDOUT) return counters.connect_timeouts;
  return counters.connect_errors;
}

}  // namespace

void Attempt::count_failure(int error) noexcept {
  failure_counter(lease.counters(), error).add(1);
}

bool Attempt::tell(std::span<const std::byte> bytes) noexcept {
  while (told < bytes.size()) {
    const net::Stream::Result sent = stream->write(bytes.subspan(told));
    if (sent.outcome == net::Stream::Outcome::kBlocked) return false;
    if (sent.outcome == net::Stream::Outcome::kFailed) {
      stage = Stage::kBroken;
      return false;
    }
    told += static_cast<std::uint32_t>(sent.count);
  }
  return true;
}

void Attempt::listen() noexcept {
  // A server that refuses to hear all may have said why.
  if (stage == Stage::kBroken) stream->expect_bytes();
  if (!stream->readable()) return;
  std::byte first{};
  const net::Stream::Result got = stream->peek(first);
  if (got.outcome == net::Stream::Outcome::kEnded) stage = Stage::kUnfit;
  if (got.outcome == net::Stream::Outcome::kFailed) stage = Stage::kBroken;
  if (got.outcome != net::Stream::Outcome::kMoved) return;
  stage = begins_tls_answer(first) ? Stage::kAnswered : Stage::kUnfit;
}

}  // namespace lb::proxy
