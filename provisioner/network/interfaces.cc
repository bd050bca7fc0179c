#include "provisioner/network/interfaces.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "provisioner/network/host_commands.h"

namespace provisioner::network {
namespace {

using nlohmann::json;

base::Result<json> parse_list(std::string_view text, std::string_view command) {
  json list = json::parse(text.empty() ? "[]" : text, nullptr, false);
  if (!list.is_array()) return base::fail("what {} prints cannot be read: {}", command, text.substr(0, 200));
  return list;
}

std::string text_at(const json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<HostAddress> addresses_in(const json& interface) {
  std::vector<HostAddress> addresses;
  for (const json& info : interface.value("addr_info", json::array())) {
    const auto address = base::IpAddress::parse(text_at(info, "local"));
    if (address) addresses.push_back({*address, info.value("prefixlen", 0U)});
  }
  return addresses;
}

bool is_up(const json& interface) {
  const json flags = interface.value("flags", json::array());
  return std::find(flags.begin(), flags.end(), "UP") != flags.end();
}

// One address stands for itself without a length.
base::Result<base::IpNetwork> destination(const std::string& text) {
  if (text.find('/') != std::string::npos) return base::IpNetwork::parse(text);
  auto address = base::IpAddress::parse(text);
  if (!address) return base::Failure(address.error());
  return base::IpNetwork::around(*address, address->bit_length());
}

std::vector<std::string> words_in(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// "0xffffff00" -> 24
unsigned prefix_of_mask(std::string_view mask) {
  std::uint32_t bits = 0;
  if (mask.starts_with("0x")) std::from_chars(mask.data() + 2, mask.data() + mask.size(), bits, 16);
  return static_cast<unsigned>(std::popcount(bits));
}

// The word behind `key`; "": there is none.
std::string behind(const std::vector<std::string>& words, std::string_view key) {
  const auto found = std::find(words.begin(), words.end(), key);
  return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

void add_ifconfig_line(const std::string& line, Interface& interface) {
  const auto words = words_in(line);
  if (words.empty()) return;
  if (words[0] == "description:" && words.size() > 1) interface.alias = words[1];
  if (words[0] == "groups:") {
    interface.is_bridge = std::find(words.begin(), words.end(), "bridge") != words.end();
  }
  if ((words[0] != "inet" && words[0] != "inet6") || words.size() < 2) return;
  const auto address = base::IpAddress::parse(words[1].substr(0, words[1].find('%')));
  if (!address) return;
  unsigned prefix = 0;
  if (words[0] == "inet") {
    prefix = prefix_of_mask(behind(words, "netmask"));
  } else {
    const std::string length = behind(words, "prefixlen");
    std::from_chars(length.data(), length.data() + length.size(), prefix);
  }
  interface.addresses.push_back({*address, prefix});
}

}  // namespace

base::Result<std::vector<Interface>> parse_ip_addresses(std::string_view text) {
  const auto list = parse_list(text, "ip -j -d address show");
  if (!list) return base::Failure(list.error());
  std::vector<Interface> interfaces;
  for (const json& one : *list) {
    if (!one.is_object() || !one.contains("ifname")) continue;  // iproute2 leaves empty maps where it filters
    const bool is_bridge = one.contains("linkinfo") && text_at(one["linkinfo"], "info_kind") == "bridge";
    interfaces.push_back({text_at(one, "ifname"), text_at(one, "ifalias"), is_bridge, is_up(one), addresses_in(one)});
  }
  return interfaces;
}

base::Result<std::vector<KernelRoute>> parse_ip_routes(std::string_view text) {
  const auto list = parse_list(text, "ip -j route show");
  if (!list) return base::Failure(list.error());
  std::vector<KernelRoute> routes;
  for (const json& one : *list) {
    const auto to = destination(text_at(one, "dst"));
    const auto via = base::IpAddress::parse(text_at(one, "gateway"));
    if (!to || !via) continue;  // default, unreachable, of a link: none of those that we make
    routes.push_back({{*to, *via}, text_at(one, "dev"), text_at(one, "protocol") == std::to_string(kRouteProtocol)});
  }
  return routes;
}

std::vector<Interface> parse_ifconfig(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<Interface> interfaces;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    if (line.front() != '\t' && line.front() != ' ') {
      const std::string flags = line.substr(std::min(line.find('<'), line.size()));
      const bool up = flags.starts_with("<UP,") || flags.starts_with("<UP>");
      interfaces.push_back({line.substr(0, line.find(':')), "", false, up, {}});
    } else if (!interfaces.empty()) {
      add_ifconfig_line(line, interfaces.back());
    }
  }
  return interfaces;
}

std::vector<KernelRoute> parse_netstat(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<KernelRoute> routes;
  for (std::string line; std::getline(in, line);) {
    const auto words = words_in(line);
    if (words.size() < 4) continue;
    const auto to = destination(words[0]);
    const auto via = base::IpAddress::parse(words[1]);
    if (to && via) routes.push_back({{*to, *via}, words[3], false});
  }
  return routes;
}

}  // namespace provisioner::network
