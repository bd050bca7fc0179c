// Log: lines about what the program does, on standard error, one level a line. Owned by main and handed down; any
// thread.
//
// Levels as in docs: debug (every session), info (state changes), warn (works, but not as it should), error.
#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace base {

class Log {
 public:
  enum class Level { kDebug, kInfo, kWarn, kError, kOff };
  // "debug", "info", "warn", "error", "off".
  [[nodiscard]] static std::optional<Level> parse_level(std::string_view name) noexcept;

  explicit Log(Level level);

  [[nodiscard]] bool debug_enabled() const noexcept { return logger_->should_log(spdlog::level::debug); }

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    logger_->debug(format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    logger_->info(format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    logger_->warn(format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    logger_->error(format, std::forward<Args>(args)...);
  }

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace base
