// Finding: what came of one thing that doctor looked at. A value; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lb::doctor {

enum class Severity {
  kOk,
  kWarning,  // works today, and will not under load or later
  kProblem,  // clients suffer, or are about to
  kSkipped,  // nothing is known; the text says why
};

[[nodiscard]] constexpr const char* name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kWarning:
      return "warning";
    case Severity::kProblem:
      return "problem";
    case Severity::kSkipped:
      return "skipped";
  }
  return "";
}

struct Finding {
  Severity severity = Severity::kOk;
  std::string check;   // a fixed name: "certificate"
  std::string text;    // what was seen, of whom
  std::string remedy;  // what to do, as a command where there is one; "" where nothing is to be done
};
using Findings = std::vector<Finding>;

[[nodiscard]] inline Finding fine(std::string check, std::string text) {
  return {Severity::kOk, std::move(check), std::move(text), {}};
}
[[nodiscard]] inline Finding warning(std::string check, std::string text, std::string remedy) {
  return {Severity::kWarning, std::move(check), std::move(text), std::move(remedy)};
}
[[nodiscard]] inline Finding problem(std::string check, std::string text, std::string remedy) {
  return {Severity::kProblem, std::move(check), std::move(text), std::move(remedy)};
}
[[nodiscard]] inline Finding skipped(std::string check, std::string why, std::string remedy = {}) {
  return {Severity::kSkipped, std::move(check), std::move(why), std::move(remedy)};
}

}  // namespace lb::doctor
