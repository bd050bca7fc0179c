// PatientSink: lines of the log on a descriptor whose reader may be stuck. A line for which there is no room is waited
// for a moment, and then dropped and counted; as long as that lasts, no further line waits at all. So a reader that
// does nothing (a terminal that was stopped, a journal that hangs) costs lines, and never the time of who writes them.
// The next line that gets through is preceded by one that tells how many did not.
//
// Any thread: base_sink keeps lines apart.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "lib/base/unique_fd.h"

namespace base {

class PatientSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::chrono::milliseconds kPatience{50};

  // `fd` stays the caller's and open; what is put behind it later (dup2) is written to from then on.
  explicit PatientSink(int fd, std::chrono::milliseconds patience = kPatience);

 private:
  enum class Kind { kFile, kPipe, kSocket };

  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  void follow();
  [[nodiscard]] bool tell_of_dropped(const spdlog::details::log_msg& message);
  [[nodiscard]] bool write_line(std::string_view line) noexcept;
  // False when there is no room.
  [[nodiscard]] bool write_some(std::string_view& rest) noexcept;

  int given_;
  dev_t device_ = 0;  // of what is behind it, as far as we know
  ino_t file_ = 0;
  UniqueFd own_;  // the same pipe or terminal, which never blocks; none where that cannot be had
  int fd_;        // one of the two
  Kind kind_ = Kind::kPipe;
  std::chrono::milliseconds patience_;
  std::uint64_t dropped_ = 0;  // since a line got through
  bool cut_ = false;           // the last thing that was written is no whole line
};

}  // namespace base
