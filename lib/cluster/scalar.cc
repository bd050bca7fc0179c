#include "lib/cluster/scalar.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "lib/base/byte_size.h"
#include "lib/base/duration.h"

namespace cluster {
namespace {

constexpr std::size_t kLongestLabel = 63;        // RFC 1035 section 2.3.4
constexpr std::size_t kLongestDomain = 253;      // the 255 octets of RFC 1035, without the first length and the root
constexpr std::size_t kLongestInterface = 15;    // IFNAMSIZ is 16 on Linux and FreeBSD, with the terminator
constexpr std::size_t kLongestSocketPath = 103;  // sun_path is 104 on FreeBSD, 108 on Linux, with the terminator

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// What is wrong with a label, if anything.
std::optional<std::string_view> label_fault(std::string_view label) {
  if (label.empty()) return "has an empty part";
  if (label.size() > kLongestLabel) return "has a part of more than 63 characters";
  if (std::any_of(label.begin(), label.end(), is_upper)) return "has capital letters";
  if (label.front() == '-' || label.back() == '-') return "has a '-' at an end";
  const bool plain =
      std::all_of(label.begin(), label.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  if (!plain) return "has characters that names cannot have";
  return std::nullopt;
}

std::optional<std::string_view> domain_fault(std::string_view text) {
  if (text.size() > kLongestDomain) return "is longer than 253 characters";
  if (text.ends_with('.')) return "ends with a dot";
  while (true) {
    const auto dot = text.find('.');
    if (auto fault = label_fault(text.substr(0, dot))) return fault;
    if (dot == std::string_view::npos) return std::nullopt;
    text.remove_prefix(dot + 1);
  }
}

bool is_multicast(const base::IpAddress& address) {
  const std::uint8_t first = address.bytes()[0];
  return address.is_v6() ? first == 0xff : first >= 224;  // with 224/4, the reserved 240/4 and the broadcast address
}

base::Result<base::IpAddress> unicast(base::IpAddress address, std::string_view text) {
  if (address.is_unspecified() || is_multicast(address)) {
    return base::fail("'{}' is no machine's address; write one as 10.10.0.1 or fd00::1", text);
  }
  return address;
}

}  // namespace

base::Result<std::string> parse_label(std::string_view text) {
  if (text.find('.') != std::string_view::npos) return base::fail("'{}' has a dot; write the first part only", text);
  if (const auto fault = label_fault(text)) {
    return base::fail("'{}' {}; use 1 to 63 of a-z, 0-9 and '-', as controller-0", text, *fault);
  }
  return std::string(text);
}

base::Result<std::string> parse_domain(std::string_view text) {
  if (const auto fault = domain_fault(text)) {
    return base::fail("'{}' {}; write parts of a-z, 0-9 and '-' with dots between, as cluster.home.arpa", text, *fault);
  }
  return std::string(text);
}

base::Result<std::string> parse_interface(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  });
  if (text.empty() || text.size() > kLongestInterface || !plain || text.front() == '-' || text.front() == '.') {
    return base::fail("'{}' is no interface's name; use 1 to {} of A-Z, a-z, 0-9, '.', '_' and '-', as bridge1", text,
                      kLongestInterface);
  }
  return std::string(text);
}

base::Result<std::string> parse_mac(std::string_view text) {
  std::string mac(text);
  std::transform(mac.begin(), mac.end(), mac.begin(),
                 [](char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; });
  bool sound = mac.size() == 17;
  for (std::size_t i = 0; sound && i < mac.size(); ++i) {
    sound = i % 3 == 2 ? mac[i] == ':' : is_digit(mac[i]) || (mac[i] >= 'a' && mac[i] <= 'f');
  }
  if (!sound) return base::fail("'{}' is no Ethernet address; write it as 02:00:5e:10:00:0b", text);
  const bool is_group = std::string_view("13579bdf").find(mac[1]) != std::string_view::npos;  // IEEE 802, the I/G bit
  if (is_group) return base::fail("'{}' is the address of a group; make its second digit even", text);
  if (mac == "00:00:00:00:00:00") return base::fail("'{}' is nobody's address; write it as 02:00:5e:10:00:0b", text);
  return mac;
}

base::Result<std::string> parse_socket_path(std::string_view text) {
  if (!text.starts_with('/')) return base::fail("'{}' is not an absolute path; begin it with /", text);
  if (text.size() > kLongestSocketPath) {
    return base::fail("'{}' is longer than the {} bytes that a socket's path can have", text, kLongestSocketPath);
  }
  return std::string(text);
}

base::Result<std::string> parse_file_path(std::string_view text) {
  if (!text.starts_with('/')) return base::fail("'{}' is not an absolute path; begin it with /", text);
  return std::string(text);
}

base::Result<std::string> parse_plain_path(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || std::string_view("/._+@-").find(c) != std::string_view::npos;
  });
  if (!text.starts_with('/')) return base::fail("'{}' is not an absolute path; begin it with /", text);
  if (!plain || text.find("/..") != std::string_view::npos) {
    return base::fail("'{}' has more in it than letters, digits and \"/._+@-\", or a '..'; choose a plainer path",
                      text);
  }
  return std::string(text);
}

base::Result<std::string> parse_url_path(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
  if (!text.starts_with('/') || !plain) {
    return base::fail("'{}' is not what a GET can ask for; write it as /readyz, without spaces", text);
  }
  return std::string(text);
}

base::Result<base::IpAddress> parse_unicast(std::string_view text) {
  return base::IpAddress::parse(text).and_then(
      [text](const base::IpAddress& address) { return unicast(address, text); });
}

base::Result<base::IpNetwork> parse_network(std::string_view text) {
  auto network = base::IpNetwork::parse(text);
  if (network && network->prefix_length() == 0) {
    return base::fail("'{}' is every address there is; write a smaller network, as 10.10.0.0/24", text);
  }
  return network;
}

base::Result<base::IpNetwork> parse_source_network(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return base::IpNetwork::parse(text);
  const auto address = base::IpAddress::parse(text);
  if (!address) return base::fail("{}; a network is written as 10.10.0.0/24", address.error().message);
  return base::IpNetwork::parse(fmt::format("{}/{}", address->to_string(), address->bit_length()));
}

base::Result<base::SocketAddress> parse_listen_address(std::string_view text) {
  auto address = base::SocketAddress::parse(text);
  if (address && address->port() == 0) return base::fail("'{}' has no valid port; a port goes from 1 to 65535", text);
  return address;
}

base::Result<base::SocketAddress> parse_peer_address(std::string_view text) {
  auto address = parse_listen_address(text);
  if (!address) return address;
  if (auto ip = unicast(address->ip(), text); !ip) {
    return base::fail("'{}' is no machine's address; write one as 10.10.0.11:6443 or [fd00::11]:6443", text);
  }
  return address;
}

base::Result<base::HostPort> parse_host_port(std::string_view text) {
  auto parsed = base::HostPort::parse(text);
  if (!parsed) return parsed;
  // Only digits and dots: an address that went wrong, not a name.
  const bool is_address =
      parsed->host.find(':') != std::string::npos ||
      std::all_of(parsed->host.begin(), parsed->host.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (is_address) {
    if (auto ip = parse_unicast(parsed->host); !ip) return base::Failure(ip.error());
  } else if (auto name = parse_domain(parsed->host); !name) {
    return base::Failure(name.error());
  }
  return parsed;
}

base::Result<unsigned> NumberBetween::operator()(std::string_view text) const {
  unsigned number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return base::fail("'{}' is not a whole number; write one from {} to {}", text, least, most);
  }
  if (text.starts_with('-') || error != std::errc{}) {
    return base::fail("'{}' is {}; write a number from {} to {}", text,
                      text.starts_with('-') ? "negative" : "too large", least, most);
  }
  if (number < least || number > most) {
    return base::fail("'{}' is too {}; write a number from {} to {}", text, number < least ? "small" : "large", least,
                      most);
  }
  return number;
}

base::Result<std::chrono::milliseconds> DurationBetween::operator()(std::string_view text) const {
  auto duration = base::parse_duration(text);
  if (duration && (*duration < least || *duration > most)) {
    return base::fail("'{}' is too {}; write a duration from {} to {}", text, *duration < least ? "short" : "long",
                      base::duration_text(least), base::duration_text(most));
  }
  return duration;
}

base::Result<std::uint64_t> SizeBetween::operator()(std::string_view text) const {
  auto size = base::parse_byte_size(text);
  if (size && (*size < least || *size > most)) {
    return base::fail("'{}' is too {}; write a size from {} to {}", text, *size < least ? "small" : "large",
                      base::byte_size_text(least), base::byte_size_text(most));
  }
  return size;
}

base::Failure not_one_of(std::string_view text, std::span<const std::string_view> words) {
  const std::string guess = did_you_mean(text, words);
  if (!guess.empty()) return base::fail("'{}' is not known{}", text, guess);
  return base::fail("'{}' is not known; write {}", text, fmt::join(words, " or "));
}

}  // namespace cluster
