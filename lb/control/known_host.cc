#include "lb/control/known_host.h"

#include <algorithm>

#include "lib/base/ip_address.h"

namespace lb::control {
namespace {

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return small(x) == small(y); });
}

bool is_address(std::string_view text) {
  return static_cast<bool>(base::IpAddress::parse(text));
}

// "NAME:PORT" -> "NAME"; the dot that may end a name is left out.
std::string_view name_in(std::string_view host) noexcept {
  std::string_view name = host.substr(0, host.find(':'));
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

bool is_own_host(std::string_view host, std::string_view machine) {
  if (host.empty()) return true;
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end != std::string_view::npos && is_address(host.substr(1, end - 1));
  }
  const std::string_view name = name_in(host);
  if (name.empty()) return false;
  const std::string_view label = machine.substr(0, machine.find('.'));
  return is_address(name) || is_same_name(name, "localhost") || is_same_name(name, machine) ||
         is_same_name(name, label);
}

}  // namespace lb::control
