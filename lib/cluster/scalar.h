// The kinds of single values that cluster.yaml knows, each as a function from text to a Result: what MapReader::read
// and require take. An error says what is wrong with the text and how to write it; the caller puts the key before it.
// Pure; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/ip_address.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/cluster/spelling.h"

namespace cluster {

// RFC 1123 section 2.1 in lower case, as Kubernetes wants the names of its objects: "controller-0", at most 63
// characters.
[[nodiscard]] base::Result<std::string> parse_label(std::string_view text);
// Labels with dots between, at most 253 characters, no dot at the end: "something.home.arpa".
[[nodiscard]] base::Result<std::string> parse_domain(std::string_view text);
// What Linux and FreeBSD both take as the name of a network interface: 1 to 15 of A-Z a-z 0-9 . _ -
[[nodiscard]] base::Result<std::string> parse_interface(std::string_view text);
// The address of one Ethernet interface, in lower case: "02:00:5e:10:00:0b". One for a group is an error.
[[nodiscard]] base::Result<std::string> parse_mac(std::string_view text);
// An absolute path that fits into a Unix socket's address (103 bytes on FreeBSD).
[[nodiscard]] base::Result<std::string> parse_socket_path(std::string_view text);

// An absolute path of a file. Whether it is there is for those to find out who read it.
[[nodiscard]] base::Result<std::string> parse_file_path(std::string_view text);
// An absolute path of nothing but letters, digits and "/._+@-", without "..": one that no shell, unit or command line
// of QEMU takes for anything else.
[[nodiscard]] base::Result<std::string> parse_plain_path(std::string_view text);
// What a GET asks for: begins with /, no spaces: "/livez?exclude=etcd".
[[nodiscard]] base::Result<std::string> parse_url_path(std::string_view text);

// An address that one machine can have: neither unspecified nor multicast nor broadcast.
[[nodiscard]] base::Result<base::IpAddress> parse_unicast(std::string_view text);
// A network that is not all addresses.
[[nodiscard]] base::Result<base::IpNetwork> parse_network(std::string_view text);
// Whose connections are meant: a network, all addresses too, or one address.
[[nodiscard]] base::Result<base::IpNetwork> parse_source_network(std::string_view text);
// Where to listen: any address, the unspecified one too; port 1 to 65535.
[[nodiscard]] base::Result<base::SocketAddress> parse_listen_address(std::string_view text);
// Where to connect to: a unicast address; port 1 to 65535.
[[nodiscard]] base::Result<base::SocketAddress> parse_peer_address(std::string_view text);
// A domain name or a unicast address; port 1 to 65535.
[[nodiscard]] base::Result<base::HostPort> parse_host_port(std::string_view text);

// Whole numbers from `least` to `most`.
struct NumberBetween {
  unsigned least;
  unsigned most;
  [[nodiscard]] base::Result<unsigned> operator()(std::string_view text) const;
};

struct DurationBetween {
  std::chrono::milliseconds least;
  std::chrono::milliseconds most;
  [[nodiscard]] base::Result<std::chrono::milliseconds> operator()(std::string_view text) const;
};

struct SizeBetween {
  std::uint64_t least;  // bytes
  std::uint64_t most;
  [[nodiscard]] base::Result<std::uint64_t> operator()(std::string_view text) const;
};

// The error of a word that is not among `words`.
[[nodiscard]] base::Failure not_one_of(std::string_view text, std::span<const std::string_view> words);

// One word of a fixed choice: OneOf<Role, 2>{{{"control-plane", Role::kControlPlane}, {"worker", Role::kWorker}}}.
template <class Value, std::size_t kCount>
struct OneOf {
  std::array<std::pair<std::string_view, Value>, kCount> choices;

  [[nodiscard]] base::Result<Value> operator()(std::string_view text) const {
    std::array<std::string_view, kCount> words;
    for (std::size_t i = 0; i < kCount; ++i) {
      if (choices[i].first == text) return choices[i].second;
      words[i] = choices[i].first;
    }
    return not_one_of(text, words);
  }
};

inline constexpr OneOf<bool, 2> kYesOrNo{{{{"true", true}, {"false", false}}}};

}  // namespace cluster
