#include "lb/client/backend_name.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include "lib/cluster/spelling.h"

namespace lb::client {
namespace {

std::string whole_name(const BackendName& name) {
  return name.listener + "/" + name.backend;
}

std::vector<BackendName> names_in(const nlohmann::json& backends) {
  std::vector<BackendName> names;
  for (const auto& row : backends.at("backends")) {
    names.push_back({row.at("listener").get<std::string>(), row.at("name").get<std::string>()});
  }
  return names;
}

base::Failure unknown(std::string_view name, const std::vector<BackendName>& all) {
  std::set<std::string> words;
  for (const BackendName& one : all) {
    words.insert(name.find('/') == std::string_view::npos ? one.backend : whole_name(one));
  }
  const std::vector<std::string_view> known(words.begin(), words.end());
  return base::fail("there is no backend '{}'{}; known: {}", name, cluster::did_you_mean(name, known),
                    fmt::join(known, ", "));
}

// RFC 3986 s2.3.
bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

base::Result<BackendName> find_backend(const nlohmann::json& backends, std::string_view name) {
  const std::vector<BackendName> all = names_in(backends);
  std::vector<BackendName> meant;
  for (const BackendName& one : all) {
    if (one.backend == name || whole_name(one) == name) meant.push_back(one);
  }
  if (meant.empty()) return unknown(name, all);
  if (meant.size() == 1) return meant.front();
  std::vector<std::string> candidates;
  for (const BackendName& one : meant) candidates.push_back(whole_name(one));
  return base::fail("'{}' is a backend of several listeners; say which: {}", name, fmt::join(candidates, ", "));
}

std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += is_unreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

std::string path_of(const BackendName& name) {
  return "/v1/backends/" + encoded(name.listener) + "/" + encoded(name.backend);
}

}  // namespace lb::client
