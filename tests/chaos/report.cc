#include "tests/chaos/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tests::chaos {
namespace {

constexpr double kKibInMib = 1024;

std::string in_mib(std::size_t kib) {
  return fmt::format("{:.1f} MiB", static_cast<double>(kib) / kKibInMib);
}

std::string descriptors(const Footprint& footprint) {
  if (footprint.idle_sockets == 0) return std::to_string(footprint.in_use());
  return fmt::format("{} (and {} kept for reuse)", footprint.in_use(), footprint.idle_sockets);
}

}  // namespace

std::vector<Row> rows_of(const Measures& m) {
  return {
      {"new connections", std::to_string(m.tried)},
      {"failed before the server had said a word", std::to_string(m.failed_unheard)},
      {"failed after", std::to_string(m.failed_heard)},
      {"... while no server was ill", std::to_string(m.failed_heard_without_fault)},
      {"median", in_words(m.p50)},
      {"99 of 100 within", in_words(m.p99)},
      {"slowest that was answered", in_words(m.slowest)},
      {"... with a server stopped", in_words(m.slowest_stopped)},
      {"kept sessions that were on a dead server", std::to_string(m.dead)},
      {"median time until they ended or went on", in_words(m.hang_p50)},
      {"longest", in_words(m.hang_longest)},
      {"kept sessions that ended while their server was well", std::to_string(m.ended_without_fault)},
      {"lines and answers with wrong bytes", std::to_string(m.wrong_bytes)},
      {"memory before", in_mib(m.before.rss_kib)},
      {"memory after", in_mib(m.after.rss_kib)},
      {"descriptors before", descriptors(m.before)},
      {"descriptors after", descriptors(m.after)},
  };
}

std::vector<std::string> failures_of(const Measures& measures) {
  std::vector<std::string> lines;
  for (const auto& [what, count] : measures.failures) lines.push_back(fmt::format("{} {}", count, what));
  return lines;
}

std::string text_of(const Report& report) {
  std::string text = fmt::format("{}, {}, seed {}:\n", report.subject, report.scenario, report.seed);
  for (const Row& row : report.rows) text += fmt::format("  {:<54}{}\n", row.name, row.value);
  for (const std::string& line : report.failures) text += fmt::format("  failed: {}\n", line);
  for (const std::string& sentence : report.broken) text += fmt::format("  BROKEN: {}\n", sentence);
  return text;
}

std::string json_of(const Report& report) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Row& row : report.rows) rows.push_back({{"name", row.name}, {"value", row.value}});
  const nlohmann::ordered_json all{{"subject", report.subject}, {"scenario", report.scenario},
                                   {"seed", report.seed},       {"rows", rows},
                                   {"broken", report.broken},   {"failures", report.failures}};
  return all.dump(2) + "\n";
}

base::Result<Report> parse_report(const std::string& json) {
  try {
    const auto all = nlohmann::json::parse(json);
    Report report{all.at("subject"), all.at("scenario"), all.at("seed"), {}, all.at("broken"), all.at("failures")};
    for (const auto& row : all.at("rows")) report.rows.push_back({row.at("name"), row.at("value")});
    return report;
  } catch (const nlohmann::json::exception& error) {
    return base::fail("this is no report of keepstate-chaos: {}", error.what());
  }
}

std::string table_of(const std::vector<Report>& reports) {
  if (reports.empty()) return {};
  std::string head = "| |";
  std::string rule = "|---|";
  for (const Report& report : reports) {
    head += fmt::format(" {} |", report.subject);
    rule += "---|";
  }
  std::string table = head + "\n" + rule + "\n";
  for (std::size_t i = 0; i < reports.front().rows.size(); ++i) {
    table += fmt::format("| {} |", reports.front().rows[i].name);
    for (const Report& report : reports)
      table += fmt::format(" {} |", i < report.rows.size() ? report.rows[i].value : "");
    table += "\n";
  }
  return table;
}

}  // namespace tests::chaos
