// Relay: moves the bytes of one direction of a session, from one stream to the other.
//
// Reads only when the sink has taken all before, so at most one chunk stands between the two (backpressure). Small and
// middling transfers are copied through the worker's one scratch buffer; what the sink did not take waits on the heap.
// A source that fills the buffer several times in a row is bulk, and is spliced through a pipe without entering our
// memory. An idle relay owns no buffer and no pipe. Worker's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lb/net/pipe_pool.h"
#include "lb/net/stream.h"

namespace lb::proxy {

// What all relays of one worker share.
struct RelayResources {
  static constexpr std::size_t kScratchSize = 256 * 1024;

  explicit RelayResources(std::size_t most_pipes) : scratch(kScratchSize), pipes(most_pipes) {}

  std::vector<std::byte> scratch;
  net::PipePool pipes;
};

class Relay {
 public:
  Relay() noexcept;

  enum class Status {
    kOpen,          // more may come
    kFinished,      // the source has ended and all bytes are passed on
    kSourceFailed,  // the source was reset
    kSinkReset,     // the sink was reset
    kSinkClosed,    // the sink ended its own stream before and takes no more: what it sent may still be unread
  };

  // Moves what can be moved now. A source that could go on yields after a while, so that others have their turn; its
  // handler is called again. Bytes are counted when the sink has taken them.
  [[nodiscard]] Status pump(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;

  // The source was reset: delivers what it had sent before, as far as the sink takes it now.
  void deliver_rest(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;

  // From now on the source's bytes are thrown away: its sink is gone, but what the sink has sent before goes on in the
  // other direction, and the source may not be cut before it has read that.
  void abandon_sink() noexcept;

  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool sink_abandoned() const noexcept { return sink_abandoned_; }
  // Nothing more can come of this direction.
  [[nodiscard]] bool over() const noexcept { return finished_ || sink_abandoned_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  enum class Step { kGoOn, kWait, kSourceFailed, kSinkReset, kSinkClosed };
  struct Remainder {
    std::vector<std::byte> bytes;
    std::size_t sent = 0;
  };

  Step flush(net::Stream& to) noexcept;
  Step flush_pipe(net::Stream& to) noexcept;
  Step flush_remainder(net::Stream& to) noexcept;
  Step copy(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;
  Step move_by_pipe(net::Stream& from) noexcept;
  Step discard(net::Stream& from, RelayResources& resources) noexcept;
  Step take_from(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;
  Step after_read(net::Stream::Outcome outcome) noexcept;
  [[nodiscard]] static Step after_failed_write(int error) noexcept;
  Step deliver(std::span<const std::byte> bytes, net::Stream& to) noexcept;
  [[nodiscard]] std::size_t chunk() const noexcept { return std::size_t{1} << chunk_bits_; }
  [[nodiscard]] bool holds_bytes() const noexcept { return remainder_ || (pipe_ && pipe_->size() > 0); }

  net::PipePool::Lent pipe_;
  std::unique_ptr<Remainder> remainder_;
  std::uint64_t bytes_ = 0;
  std::uint8_t chunk_bits_;       // of the next read: smaller for a sink that does not keep up
  std::uint8_t full_reads_ = 0;   // in a row
  std::uint8_t small_moves_ = 0;  // in a row
  bool bulk_ = false;
  bool source_ended_ = false;
  bool sink_abandoned_ = false;
  bool finished_ = false;
};

}  // namespace lb::proxy
