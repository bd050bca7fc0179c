// Lines: records as text. The writer's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "lb/access_log/record.h"
#include "lib/cluster/cluster.h"

namespace lb::access_log {

using WallTime = std::chrono::system_clock::time_point;

class Lines {
 public:
  explicit Lines(cluster::AccessLogFormat format) noexcept : format_(format) {}

  // Appends one line to `text`, its end included; `time` is the record's by the calendar.
  void append(std::string& text, const Record& record, WallTime time);

 private:
  void append_logfmt(std::string& text, const Record& record) const;
  void append_json(std::string& text, const Record& record) const;
  void settle_time(WallTime time);

  cluster::AccessLogFormat format_;
  std::chrono::sys_seconds second_{std::chrono::seconds{-1}};  // that `time_` is of
  std::string time_;                                           // "2026-11-23T17:11:27.123Z"
};

}  // namespace lb::access_log
