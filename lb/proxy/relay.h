// Relay: moves the bytes of one direction of a session, from one stream to the other.
//
// Reads only when the sink has taken all before, so at most one chunk stands between the two (backpressure). Small and
// middling transfers are copied through the worker's one scratch buffer; what the sink did not take waits on the heap.
// After a megabyte it is bulk, as long as it comes in large pieces, and is spliced through a pipe without entering our
// memory: that costs less for each byte, but more for each piece. An idle relay owns no buffer and no pipe. Worker's
// thread only.
#pragma once

#include <array>
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

  RelayResources(std::size_t most_pipes, net::PipeCounts& counts) : scratch(new Scratch), pipes(most_pipes, counts) {}

  // Begins with a page. What malloc gives begins 16 bytes behind one, and the kernel's copy out of its pages to there
  // took four times as long (loads wait for stores whose address has the same last 12 bits).
  struct alignas(4096) Scratch {
    std::array<std::byte, kScratchSize> bytes;
  };
  std::unique_ptr<Scratch> scratch;
  net::PipePool pipes;
};

// What was read from a source before it had a relay.
struct FirstBytes {
  std::vector<std::byte> bytes;
  std::size_t told = 0;  // so many of them the sink has taken
  bool source_ended = false;
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

  // Takes over what was done before there was a relay. Before the first pump.
  void begin_with(FirstBytes first) noexcept;

  // Moves what can be moved now. A source that could go on yields after a while, so that others have their turn; its
  // handler is called again. Bytes are counted when the sink has taken them.
  [[nodiscard]] Status pump(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;

  // The source was reset: delivers what it had sent before, as far as the sink takes it now.
  void deliver_rest(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;

  // What this way has just moved; tells bulk from the rest.
  void note_moved(std::uint64_t bytes) noexcept;
  [[nodiscard]] bool bulk() const noexcept { return bulk_; }

  // From now on the source's bytes are thrown away: its sink is gone, but what the sink has sent before goes on in the
  // other direction, and the source may not be cut before it has read that.
  void abandon_sink() noexcept;

  [[nodiscard]] bool holds_bytes() const noexcept { return held_ && (!held_->pipe || held_->pipe->size() > 0); }
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool sink_abandoned() const noexcept { return sink_abandoned_; }
  // Nothing more can come of this direction.
  [[nodiscard]] bool over() const noexcept { return finished_ || sink_abandoned_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  enum class Step { kGoOn, kWait, kSourceFailed, kSinkReset, kSinkClosed };
  // What stands between the two: in a pipe, or else here.
  struct Held {
    net::PipePool::Lent pipe;
    std::vector<std::byte> bytes;
    std::size_t sent = 0;
  };

  void hold(std::span<const std::byte> bytes) noexcept;
  Step flush(net::Stream& to) noexcept;
  Step flush_pipe(net::Stream& to) noexcept;
  Step flush_bytes(net::Stream& to) noexcept;
  Step copy(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;
  Step move_by_pipe(net::Stream& from) noexcept;
  Step discard(net::Stream& from, RelayResources& resources) noexcept;
  Step take_from(net::Stream& from, net::Stream& to, RelayResources& resources) noexcept;
  Step after_read(net::Stream::Outcome outcome) noexcept;
  [[nodiscard]] static Step after_failed_write(int error) noexcept;
  Step deliver(std::span<const std::byte> bytes, net::Stream& to) noexcept;
  [[nodiscard]] std::size_t chunk() const noexcept { return std::size_t{1} << chunk_bits_; }

  std::unique_ptr<Held> held_;
  std::uint64_t bytes_ = 0;
  std::uint32_t streak_ = 0;      // bytes since the last bulk ended, up to what makes the next one
  std::uint8_t chunk_bits_;       // of the next read: smaller for a sink that does not keep up
  std::uint8_t small_moves_ = 0;  // in a row
  bool bulk_ : 1 = false;
  bool source_ended_ : 1 = false;
  bool sink_abandoned_ : 1 = false;
  bool finished_ : 1 = false;
};

}  // namespace lb::proxy
