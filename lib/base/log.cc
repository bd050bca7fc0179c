#include "lib/base/log.h"

#include <unistd.h>

#include "lib/base/patient_sink.h"

namespace base {
namespace {

spdlog::level::level_enum to_spdlog(Log::Level level) noexcept {
  switch (level) {
    case Log::Level::kDebug:
      return spdlog::level::debug;
    case Log::Level::kInfo:
      return spdlog::level::info;
    case Log::Level::kWarn:
      return spdlog::level::warn;
    case Log::Level::kError:
      return spdlog::level::err;
    case Log::Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

}  // namespace

std::optional<Log::Level> Log::parse_level(std::string_view name) noexcept {
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "warn") return Level::kWarn;
  if (name == "error") return Level::kError;
  if (name == "off") return Level::kOff;
  return std::nullopt;
}

Log::Log(Level level)
    : logger_(std::make_shared<spdlog::logger>("keepstate", std::make_shared<PatientSink>(STDERR_FILENO))) {
  logger_->set_level(to_spdlog(level));
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
}

}  // namespace base
