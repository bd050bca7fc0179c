#include "pki/plan/alternative_names.h"

#include <algorithm>

namespace pki::plan {

std::string canonical_dns_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string first_label(std::string_view domain) {
  return std::string(domain.substr(0, domain.find('.')));
}

std::vector<std::string> names_beyond(const AlternativeNames& some, const AlternativeNames& others) {
  std::vector<std::string> beyond;
  for (const auto& name : some.dns) {
    if (std::find(others.dns.begin(), others.dns.end(), name) == others.dns.end()) beyond.push_back(name);
  }
  for (const auto& address : some.addresses) {
    if (std::find(others.addresses.begin(), others.addresses.end(), address) == others.addresses.end()) {
      beyond.push_back(address.to_string());
    }
  }
  return beyond;
}

}  // namespace pki::plan
