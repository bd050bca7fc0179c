#include "lb/access_log/lines.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace lb::access_log {
namespace {

using std::chrono::nanoseconds;

std::string_view to_string(Record::Event event) noexcept {
  switch (event) {
    case Record::Event::kConnected:
      return "connected";
    case Record::Event::kOpen:
      return "open";
    case Record::Event::kClosed:
      return "closed";
  }
  return "unknown";
}

// Milliseconds to the microsecond.
void append_time(std::string& text, nanoseconds time) {
  constexpr std::int64_t kThousand = 1000;
  const std::int64_t microseconds = time.count() / kThousand;
  fmt::format_to(std::back_inserter(text), "{}.{:03}", microseconds / kThousand, microseconds % kThousand);
}

void append_time(std::string& text, const std::optional<nanoseconds>& time, std::string_view none) {
  time ? append_time(text, *time) : void(text += none);
}

// Both kinds of text need no escapes: names are labels, addresses or words of our own.
void append_word(std::string& text, std::string_view key, std::string_view word) {
  const bool none = word.empty();
  fmt::format_to(std::back_inserter(text), ",\"{}\":{}{}{}", key, none ? "" : "\"", none ? "null" : word,
                 none ? "" : "\"");
}

}  // namespace

void Lines::append(std::string& text, const Record& record, WallTime time) {
  settle_time(time);
  format_ == cluster::AccessLogFormat::kJson ? append_json(text, record) : append_logfmt(text, record);
}

// Most lines of a batch are of the same second.
void Lines::settle_time(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != second_) {
    time_ = fmt::format("{:%Y-%m-%dT%H:%M:%S}.000Z", fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    second_ = second;
  }
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - second).count();
  constexpr std::size_t kDigits = 3;
  fmt::format_to_n(time_.end() - 1 - kDigits, kDigits, "{:03}", milliseconds);
}

void Lines::append_logfmt(std::string& text, const Record& record) const {
  const std::string_view backend = record.backend.text();
  fmt::format_to(std::back_inserter(text),
                 "time={} event={} listener={} client={} backend={} tries={} cause={} to_backend={} to_client={}",
                 time_, to_string(record.event), record.listener.text(), record.client.to_string(),
                 backend.empty() ? "-" : backend, record.tries, record.cause.empty() ? "-" : record.cause,
                 record.to_backend, record.to_client);
  text += " connect_ms=";
  append_time(text, record.connected, "-");
  text += " first_byte_ms=";
  append_time(text, record.first_byte, "-");
  text += " total_ms=";
  append_time(text, record.total);
  text += '\n';
}

void Lines::append_json(std::string& text, const Record& record) const {
  fmt::format_to(std::back_inserter(text), R"({{"time":"{}")", time_);
  append_word(text, "event", to_string(record.event));
  append_word(text, "listener", record.listener.text());
  append_word(text, "client", record.client.to_string());
  append_word(text, "backend", record.backend.text());
  fmt::format_to(std::back_inserter(text), R"(,"tries":{})", record.tries);
  append_word(text, "cause", record.cause);
  fmt::format_to(std::back_inserter(text), R"(,"to_backend":{},"to_client":{},"connect_ms":)", record.to_backend,
                 record.to_client);
  append_time(text, record.connected, "null");
  text += ",\"first_byte_ms\":";
  append_time(text, record.first_byte, "null");
  text += ",\"total_ms\":";
  append_time(text, record.total);
  text += "}\n";
}

}  // namespace lb::access_log
