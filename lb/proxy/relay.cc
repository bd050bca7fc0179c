#include "lb/proxy/relay.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <span>
#include <utility>

namespace lb::proxy {
namespace {

using net::Stream;

constexpr std::uint8_t kLargestChunkBits = std::countr_zero(RelayResources::kScratchSize);
constexpr std::uint8_t kSmallestChunkBits = 14;  // what a sink that does not keep up may leave on our heap: 16 KiB
constexpr std::uint32_t kBulk = 1024 * 1024;     // so many bytes are bulk,
constexpr std::uint8_t kSmallMovesToCopy = 8;    // until so many small moves in a row
constexpr std::size_t kSmallMove = 32 * 1024;
constexpr std::uint64_t kBytesATurn = 1024 * 1024;  // until others have their turn,
constexpr int kMovesATurn = 64;                     // or so many moves, also of what is thrown away

}  // namespace

Relay::Relay() noexcept : chunk_bits_(kLargestChunkBits) {}

void Relay::begin_with(FirstBytes first) noexcept {
  bytes_ = first.told;
  source_ended_ = first.source_ended;
  if (first.told < first.bytes.size())
    held_ = std::make_unique<Held>(Held{nullptr, std::move(first.bytes), first.told});
}

void Relay::hold(std::span<const std::byte> bytes) noexcept {
  held_ = std::make_unique<Held>(Held{nullptr, {bytes.begin(), bytes.end()}, 0});
}

Relay::Status Relay::pump(Stream& from, Stream& to, RelayResources& resources) noexcept {
  const std::uint64_t enough = bytes_ + kBytesATurn;
  for (int moves = 0; !finished_; ++moves) {
    Step step = flush(to);
    if (step == Step::kGoOn && source_ended_) {
      finished_ = true;
      break;
    }
    if (step == Step::kGoOn && (bytes_ >= enough || moves >= kMovesATurn) && from.readable()) {
      from.yield();
      return Status::kOpen;
    }
    if (step == Step::kGoOn) step = take_from(from, to, resources);
    if (step == Step::kSourceFailed) return Status::kSourceFailed;
    if (step == Step::kSinkReset) return Status::kSinkReset;
    if (step == Step::kSinkClosed) return Status::kSinkClosed;
    if (step == Step::kWait) break;
  }
  if (!holds_bytes()) held_.reset();
  return finished_ ? Status::kFinished : Status::kOpen;
}

void Relay::deliver_rest(Stream& from, Stream& to, RelayResources& resources) noexcept {
  from.expect_bytes();
  while (!source_ended_ && flush(to) == Step::kGoOn && take_from(from, to, resources) == Step::kGoOn) {
  }
}

void Relay::note_moved(std::uint64_t bytes) noexcept {
  streak_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(streak_ + bytes, kBulk));
  if (streak_ == kBulk && !sink_abandoned_) bulk_ = net::PipePool::supported();
}

void Relay::abandon_sink() noexcept {
  sink_abandoned_ = true;
  bulk_ = false;
  held_.reset();
}

Relay::Step Relay::flush(Stream& to) noexcept {
  if (!holds_bytes()) return Step::kGoOn;
  if (!to.writable()) return Step::kWait;
  return held_->pipe ? flush_pipe(to) : flush_bytes(to);
}

Relay::Step Relay::flush_pipe(Stream& to) noexcept {
  while (held_->pipe->size() > 0) {
    const Stream::Result moved = held_->pipe->drain_to(to);
    if (moved.outcome == Stream::Outcome::kBlocked) return Step::kWait;
    if (moved.outcome != Stream::Outcome::kMoved) return after_failed_write(moved.error);
    bytes_ += moved.count;
  }
  return Step::kGoOn;
}

Relay::Step Relay::flush_bytes(Stream& to) noexcept {
  const Stream::Result sent = to.write(std::span(held_->bytes).subspan(held_->sent));
  if (sent.outcome == Stream::Outcome::kFailed) return after_failed_write(sent.error);
  bytes_ += sent.count;
  held_->sent += sent.count;
  if (held_->sent < held_->bytes.size()) return Step::kWait;
  held_.reset();
  return Step::kGoOn;
}

Relay::Step Relay::take_from(Stream& from, Stream& to, RelayResources& resources) noexcept {
  if (!from.readable()) return Step::kWait;
  if (sink_abandoned_) return discard(from, resources);
  if (!bulk_) held_.reset();
  if (bulk_ && !held_) {
    if (auto pipe = resources.pipes.lend()) held_ = std::make_unique<Held>(Held{std::move(pipe), {}, 0});
  }
  return held_ ? move_by_pipe(from) : copy(from, to, resources);
}

Relay::Step Relay::copy(Stream& from, Stream& to, RelayResources& resources) noexcept {
  const std::span<std::byte> room = std::span(resources.scratch->bytes).first(chunk());
  const Stream::Result got = from.read(room);
  if (got.outcome != Stream::Outcome::kMoved) return after_read(got.outcome);
  return deliver(room.first(got.count), to);
}

Relay::Step Relay::deliver(std::span<const std::byte> bytes, Stream& to) noexcept {
  const Stream::Result sent = to.write(bytes);
  if (sent.outcome == Stream::Outcome::kFailed) return after_failed_write(sent.error);
  bytes_ += sent.count;
  const auto rest = bytes.subspan(sent.count);
  if (rest.empty()) {
    chunk_bits_ = std::min<std::uint8_t>(chunk_bits_ + 1, kLargestChunkBits);
    return Step::kGoOn;
  }
  chunk_bits_ = std::max<std::uint8_t>(chunk_bits_ - 1, kSmallestChunkBits);
  hold(rest);
  return Step::kWait;
}

Relay::Step Relay::move_by_pipe(Stream& from) noexcept {
  const Stream::Result got = held_->pipe->fill_from(from, net::PipePool::kPipeSize);
  if (got.outcome != Stream::Outcome::kMoved) return after_read(got.outcome);
  small_moves_ = got.count < kSmallMove ? static_cast<std::uint8_t>(small_moves_ + 1) : 0;
  if (small_moves_ == kSmallMovesToCopy) {
    bulk_ = false;
    streak_ = 0;
    small_moves_ = 0;
  }
  return Step::kGoOn;
}

Relay::Step Relay::discard(Stream& from, RelayResources& resources) noexcept {
  const Stream::Result got = from.read(resources.scratch->bytes);
  if (got.outcome == Stream::Outcome::kMoved) return Step::kGoOn;
  // A source that is reset now has ended as well: nothing of it was still wanted.
  return after_read(got.outcome == Stream::Outcome::kFailed ? Stream::Outcome::kEnded : got.outcome);
}

Relay::Step Relay::after_read(Stream::Outcome outcome) noexcept {
  if (outcome == Stream::Outcome::kBlocked) return Step::kWait;
  if (outcome == Stream::Outcome::kFailed) return Step::kSourceFailed;
  source_ended_ = true;
  return Step::kGoOn;
}

// A reset is told by its own error. EPIPE means that the peer had sent FIN before it reset (RFC 9293 s3.10.7.4:
// CLOSE-WAIT), as a server does that answers early and closes.
Relay::Step Relay::after_failed_write(int error) noexcept {
  return error == EPIPE ? Step::kSinkClosed : Step::kSinkReset;
}

}  // namespace lb::proxy
