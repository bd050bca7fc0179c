#include "provisioner/hypervisor/cloud_init_status.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace provisioner::hypervisor {
namespace {

using nlohmann::json;
using State = CloudInitStatus::State;

State state_of(std::string_view word) {
  if (word.starts_with("done") || word.starts_with("degraded done")) return State::kDone;
  if (word.starts_with("error") || word.starts_with("degraded error")) return State::kFailed;
  if (word.starts_with("disabled")) return State::kDisabled;
  if (word.starts_with("running") || word.starts_with("degraded running") || word.starts_with("not")) {
    return State::kRunning;  // "not run", "not started": it will
  }
  return State::kUnknown;
}

std::string joined(const json& errors) {
  std::string text;
  for (const json& error : errors) {
    if (error.is_string()) text += (text.empty() ? "" : "; ") + error.get<std::string>();
  }
  return text;
}

// {"v1": {"datasource": "DataSourceNoCloud [seed=/dev/vdb]", "errors": []}}
CloudInitStatus read_result(const json& result) {
  const std::string errors = joined(result.value("errors", json::array()));
  return {errors.empty() ? State::kDone : State::kFailed, errors};
}

// {"status": "done", "errors": [], "recoverable_errors": {"WARNING": ["..."]}, ...}
std::optional<CloudInitStatus> read_json(std::string_view answer) {
  const auto begin = answer.find('{');
  const auto end = answer.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  const json read = json::parse(answer.substr(begin, end - begin + 1), nullptr, false);
  if (read.is_object() && read.contains("v1") && read["v1"].is_object()) return read_result(read["v1"]);
  if (!read.is_object() || !read.contains("status") || !read["status"].is_string()) return std::nullopt;
  CloudInitStatus status{state_of(read["status"].get<std::string>()), joined(read.value("errors", json::array()))};
  for (const json& kind : read.value("recoverable_errors", json::object())) {
    if (const std::string more = joined(kind); !more.empty())
      status.detail += (status.detail.empty() ? "" : "; ") + more;
  }
  return status;
}

// status: error
// detail:
// ('ssh', ...)
CloudInitStatus read_lines(std::string_view answer) {
  constexpr std::string_view kStatus = "status: ";
  constexpr std::string_view kDetail = "detail:";
  CloudInitStatus status;
  const auto at = answer.find(kStatus);
  if (at == std::string_view::npos) return status;
  answer.remove_prefix(at + kStatus.size());
  status.state = state_of(answer);
  const auto detail = answer.find(kDetail);
  if (status.state != State::kFailed || detail == std::string_view::npos) return status;
  std::string_view words = answer.substr(detail + kDetail.size());
  while (!words.empty() && (words.front() == '\n' || words.front() == ' ')) words.remove_prefix(1);
  status.detail = words.substr(0, words.find('\n'));
  return status;
}

}  // namespace

CloudInitStatus read_cloud_init_status(std::string_view answer) {
  if (auto status = read_json(answer)) return *status;
  return read_lines(answer);
}

}  // namespace provisioner::hypervisor
