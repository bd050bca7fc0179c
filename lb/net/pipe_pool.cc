#include "lb/net/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace lb::net {

#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)
namespace {

constexpr std::size_t kSmallPipeSize = 256 * 1024;

Stream::Result moved(ssize_t n) noexcept {
  if (n > 0) return {Stream::Outcome::kMoved, static_cast<std::size_t>(n)};
  if (n == 0) return {Stream::Outcome::kEnded};
  if (errno == EAGAIN || errno == EINTR) return {Stream::Outcome::kBlocked};
  return {Stream::Outcome::kFailed, 0, errno};
}

ssize_t move_bytes(int from, int to, std::size_t limit) noexcept {
  return ::splice(from, nullptr, to, nullptr, limit, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}

}  // namespace

bool PipePool::supported() noexcept {
  return true;
}

std::unique_ptr<Pipe> PipePool::make_pipe() noexcept {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);
  // Refused above pipe-max-size, or above the user's share of pipe memory (pipe-user-pages-soft); a smaller one may be
  // granted, else the pipe keeps the size it has.
  if (::fcntl(write_end.get(), F_SETPIPE_SZ, static_cast<int>(kPipeSize)) < 0) {
    counts_.small.add(1);
    ::fcntl(write_end.get(), F_SETPIPE_SZ, static_cast<int>(kSmallPipeSize));
  }
  return std::unique_ptr<Pipe>(new (std::nothrow) Pipe(*this, std::move(read_end), std::move(write_end)));
}

Stream::Result Pipe::fill_from(Stream& from, std::size_t limit) noexcept {
  const auto result = moved(move_bytes(from.fd(), write_end_.get(), limit));
  size_ += result.count;
  from.note_read(result.outcome);
  return result;
}

Stream::Result Pipe::drain_to(Stream& to) noexcept {
  const auto result = moved(move_bytes(read_end_.get(), to.fd(), size_));
  size_ -= result.count;
  owner_.counts_.spliced_bytes.add(result.count);
  to.note_write(result.outcome);
  return result;
}
#else
bool PipePool::supported() noexcept {
  return false;
}

std::unique_ptr<Pipe> PipePool::make_pipe() noexcept {
  return nullptr;
}

Stream::Result Pipe::fill_from(Stream&, std::size_t) noexcept {
  return {Stream::Outcome::kFailed, 0, ENOSYS};
}

Stream::Result Pipe::drain_to(Stream&) noexcept {
  return {Stream::Outcome::kFailed, 0, ENOSYS};
}
#endif

Pipe::Pipe(PipePool& owner, base::UniqueFd read_end, base::UniqueFd write_end) noexcept
    : owner_(owner), read_end_(std::move(read_end)), write_end_(std::move(write_end)) {}

PipePool::Lent PipePool::lend() noexcept {
  if (!kept_.empty()) {
    Lent pipe(kept_.back().release());
    kept_.pop_back();
    return pipe;
  }
  if (made_ == capacity_) return nullptr;
  Lent pipe(make_pipe().release());
  if (pipe) ++made_;
  return pipe;
}

void PipePool::take_back(Pipe* pipe) noexcept {
  std::unique_ptr<Pipe> owned(pipe);
  if (owned->size() == 0) {
    kept_.push_back(std::move(owned));
  } else {
    --made_;
  }
}

}  // namespace lb::net
