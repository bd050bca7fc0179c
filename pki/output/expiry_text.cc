#include "pki/output/expiry_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "lib/base/wall_time.h"
#include "pki/plan/moment.h"

namespace pki::output {
namespace {

using plan::Expiry;
using plan::ExpiryState;

std::string left_text(const Expiry& row, std::chrono::sys_seconds now) {
  if (row.state == ExpiryState::kMissing) return "";
  if (row.not_after < now) return plan::span_text(now - row.not_after) + " ago";
  return "in " + plan::span_text(row.not_after - now);
}

using Cells = std::array<std::string, 5>;

Cells cells_of(const Expiry& row, std::chrono::sys_seconds now) {
  const bool is_there = row.state != ExpiryState::kMissing;
  return {row.file, plan::name_of(row.state), is_there ? plan::date_text(row.not_after) : "", left_text(row, now),
          is_there ? row.subject : row.purpose};
}

// A label's value (Prometheus' text format): backslash, quote and newline are escaped.
std::string label_text(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

std::ptrdiff_t count(const std::vector<Expiry>& all, ExpiryState state) {
  return std::count_if(all.begin(), all.end(), [&](const Expiry& row) { return row.state == state; });
}

// Kept short, so that a test can hold it in one view: name, help, and the value of each row.
template <class Value>
void add_metric(const char* name, const char* help, const std::vector<Expiry>& all, std::string& text, Value value) {
  text += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
  for (const auto& row : all) {
    if (row.state == ExpiryState::kMissing || row.state == ExpiryState::kLeftOver) continue;
    text += fmt::format("{}{{file=\"{}\",subject=\"{}\"}} {}\n", name, label_text(row.file), label_text(row.subject),
                        value(row).time_since_epoch().count());
  }
}

}  // namespace

std::string expiry_table(const std::vector<Expiry>& all, std::chrono::sys_seconds now) {
  std::vector<Cells> rows{{"FILE", "STATE", "ENDS", "LEFT", "SUBJECT"}};
  for (const auto& row : all) rows.push_back(cells_of(row, now));
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) text += fmt::format("{:<{}}  ", row[i], widths[i]);
    text += row.back() + "\n";
  }
  return text;
}

std::string expiry_json(const std::vector<Expiry>& all, std::chrono::sys_seconds now, std::chrono::seconds within) {
  nlohmann::ordered_json certificates = nlohmann::ordered_json::array();
  for (const auto& row : all) {
    nlohmann::ordered_json one{{"file", row.file}, {"purpose", row.purpose}, {"state", plan::name_of(row.state)}};
    if (row.state != ExpiryState::kMissing) {
      one["subject"] = row.subject;
      one["notBefore"] = base::rfc3339(row.not_before);
      one["notAfter"] = base::rfc3339(row.not_after);
      one["secondsLeft"] = (row.not_after - now).count();
    }
    certificates.push_back(std::move(one));
  }
  const nlohmann::ordered_json whole{
      {"now", base::rfc3339(now)}, {"withinSeconds", within.count()}, {"certificates", std::move(certificates)}};
  // What a foreign certificate says may be no UTF-8.
  return whole.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string expiry_metrics(const std::vector<Expiry>& all, std::chrono::sys_seconds now) {
  std::string text;
  add_metric("keepstate_pki_certificate_not_after_timestamp_seconds", "When a certificate ends, in Unix time.", all,
             text, [](const Expiry& row) { return row.not_after; });
  add_metric("keepstate_pki_certificate_not_before_timestamp_seconds",
             "From when a certificate is valid, in Unix time.", all, text,
             [](const Expiry& row) { return row.not_before; });
  text += fmt::format(
      "# HELP keepstate_pki_files_missing Files with a certificate that cluster.yaml asks for and that are not there.\n"
      "# TYPE keepstate_pki_files_missing gauge\nkeepstate_pki_files_missing {}\n"
      "# HELP keepstate_pki_certificates_left_over Certificates that are still good though cluster.yaml does not ask "
      "for them.\n"
      "# TYPE keepstate_pki_certificates_left_over gauge\nkeepstate_pki_certificates_left_over {}\n"
      "# HELP keepstate_pki_check_timestamp_seconds When this was written, in Unix time.\n"
      "# TYPE keepstate_pki_check_timestamp_seconds gauge\nkeepstate_pki_check_timestamp_seconds {}\n",
      count(all, ExpiryState::kMissing), count(all, ExpiryState::kLeftOver), now.time_since_epoch().count());
  return text;
}

}  // namespace pki::output
