// What a run prints and writes: rows of a name and a value, as a table or as JSON. Text in, text out; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "tests/chaos/measures.h"

namespace tests::chaos {

struct Row {
  std::string name;
  std::string value;
};

struct Report {
  std::string subject;
  std::string scenario;
  std::uint64_t seed = 0;
  std::vector<Row> rows;
  std::vector<std::string> broken;
  std::vector<std::string> failures;  // the new connections that failed: how many, when and why
};

[[nodiscard]] std::vector<Row> rows_of(const Measures& measures);
[[nodiscard]] std::vector<std::string> failures_of(const Measures& measures);

// For the terminal: the rows of one run.
[[nodiscard]] std::string text_of(const Report& report);
[[nodiscard]] std::string json_of(const Report& report);
[[nodiscard]] base::Result<Report> parse_report(const std::string& json);
// Markdown: a column for each report.
[[nodiscard]] std::string table_of(const std::vector<Report>& reports);

}  // namespace tests::chaos
