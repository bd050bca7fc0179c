// Pipe: where spliced bytes stand between two sockets; they never enter our memory. PipePool lends pipes, a bounded
// number, and keeps the empty ones for the next who needs one. One thread.
//
// Where the system has no splice(2) the pool never lends: supported() is false and the relay copies.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "lb/net/stream.h"
#include "lib/base/counter.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

class PipePool;

class Pipe {
 public:
  // Bytes that are inside.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // As Stream::read and Stream::write, of at most `limit` bytes, respectively of all that is inside. Writing to a peer
  // that is gone raises SIGPIPE, which the daemon ignores.
  [[nodiscard]] Stream::Result fill_from(Stream& from, std::size_t limit) noexcept;
  [[nodiscard]] Stream::Result drain_to(Stream& to) noexcept;

 private:
  friend class PipePool;
  Pipe(PipePool& owner, base::UniqueFd read_end, base::UniqueFd write_end) noexcept;

  PipePool& owner_;
  base::UniqueFd read_end_;
  base::UniqueFd write_end_;
  std::size_t size_ = 0;
};

struct PipeCounts {
  base::Counter small;          // pipes that the system made smaller than kPipeSize
  base::Counter spliced_bytes;  // that have come out of pipes
};

class PipePool {
 public:
  // At most `capacity` pipes are out or kept at a time; each costs two descriptors and up to kPipeSize of kernel
  // memory. `counts` outlives the pool.
  PipePool(std::size_t capacity, PipeCounts& counts) noexcept : capacity_(capacity), counts_(counts) {}

  static constexpr std::size_t kPipeSize = 1024 * 1024;  // asked for; the kernel may give less (pipe-user-pages-soft)

  [[nodiscard]] static bool supported() noexcept;

  // Gives its pipe back to the pool; one that still holds bytes is destroyed instead.
  struct Return {
    void operator()(Pipe* pipe) const noexcept { pipe->owner_.take_back(pipe); }
  };
  using Lent = std::unique_ptr<Pipe, Return>;

  // An empty pipe, or null when all are lent, none can be made, or the system cannot splice. Must not outlive the pool.
  [[nodiscard]] Lent lend() noexcept;

 private:
  friend class Pipe;
  [[nodiscard]] std::unique_ptr<Pipe> make_pipe() noexcept;
  void take_back(Pipe* pipe) noexcept;

  std::size_t capacity_;
  PipeCounts& counts_;
  std::size_t made_ = 0;
  std::vector<std::unique_ptr<Pipe>> kept_;
};

}  // namespace lb::net
