#include "provisioner/dns/query.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <random>

#include "lib/base/unique_fd.h"

namespace provisioner::dns {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kHeader = 12;
constexpr std::size_t kLargestAnswer = 512;  // RFC 1035 s4.2.1; more is cut, and the first part is enough
constexpr int kTries = 3;
constexpr unsigned kInternet = 1;
constexpr unsigned kRecursionDesired = 0x0100;
constexpr int kMostJumps = 32;  // of compressed names, which may lead in a circle

void put(std::string& packet, unsigned value) {
  packet += static_cast<char>(value >> 8);
  packet += static_cast<char>(value);
}

// Reads a packet from front to back; once it has read beyond the end, all it gives is nothing.
class Reader {
 public:
  explicit Reader(std::string_view packet) : packet_(packet) {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  unsigned byte() {
    if (at_ >= packet_.size()) failed_ = true;
    return failed_ ? 0 : static_cast<unsigned char>(packet_[at_++]);
  }
  unsigned two() {
    const unsigned high = byte();
    return high << 8 | byte();
  }
  std::string_view bytes(std::size_t n) {
    if (failed_ || packet_.size() - at_ < n) {
      failed_ = true;
      return {};
    }
    at_ += n;
    return packet_.substr(at_ - n, n);
  }
  // "kubernetes.example.", following pointers (RFC 1035 s4.1.4).
  std::string name() {
    std::string name;
    std::optional<std::size_t> behind;  // where to go on once a pointer was followed
    for (int jumps = 0; !failed_;) {
      const unsigned length = byte();
      if (length == 0) break;
      if (length >= 0xc0) {
        const std::size_t target = (length & 0x3fU) << 8 | byte();
        if (!behind) behind = at_;
        at_ = target;
        if (++jumps > kMostJumps) failed_ = true;
        continue;
      }
      name += std::string(bytes(length)) + ".";
    }
    if (behind) at_ = *behind;
    return name;
  }

 private:
  std::string_view packet_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string_view meaning_of(unsigned code) {
  switch (code) {
    case 1:
      return "it takes the question for malformed (FORMERR)";
    case 2:
      return "it cannot find out (SERVFAIL)";
    case 3:
      return "there is no such name (NXDOMAIN)";
    case 5:
      return "it will not answer us (REFUSED)";
    default:
      return "it gives another error code";
  }
}

std::string value_of(Reader& in, QueryType type, std::size_t length) {
  if (type == QueryType::kPtr) return in.name();
  if (type == QueryType::kSrv) {  // RFC 2782
    const unsigned priority = in.two();
    const unsigned weight = in.two();
    const unsigned port = in.two();
    return fmt::format("{} {} {} {}", priority, weight, port, in.name());
  }
  const std::string_view bytes = in.bytes(length);
  const auto* const raw = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (type == QueryType::kA && length == 4 && !in.failed()) return base::IpAddress::from_v4(raw).to_string();
  if (type == QueryType::kAaaa && length == 16 && !in.failed()) return base::IpAddress::from_v6(raw).to_string();
  return "";
}

// Waits for an answer to this question; others that come late are passed over.
base::Result<std::optional<std::vector<std::string>>> wait_for_answer(int socket, std::uint16_t id, QueryType type,
                                                                      steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    pollfd waiting{socket, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) return std::nullopt;
    std::array<char, kLargestAnswer> packet{};
    const ssize_t n = ::recv(socket, packet.data(), packet.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::fail("{}", base::errno_text(errno));
    const std::string_view answer(packet.data(), static_cast<std::size_t>(n));
    if (Reader(answer).two() != id) continue;
    auto values = read_answer(answer, id, type);
    if (!values) return base::Failure(values.error());
    return std::move(*values);
  }
}

}  // namespace

base::Result<std::string> question(std::uint16_t id, std::string_view name, QueryType type) {
  std::string packet;
  for (const unsigned value : {unsigned{id}, kRecursionDesired, 1U, 0U, 0U, 0U}) put(packet, value);
  if (name.ends_with('.')) name.remove_suffix(1);
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > 63) return base::fail("'{}' is no name", name);
    packet += static_cast<char>(label.size());
    packet += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  packet += '\0';
  put(packet, static_cast<unsigned>(type));
  put(packet, kInternet);
  return packet;
}

base::Result<std::vector<std::string>> read_answer(std::string_view packet, std::uint16_t id, QueryType type) {
  Reader in(packet);
  const unsigned answers_to = in.two();
  const unsigned flags = in.two();
  const unsigned questions = in.two();
  const unsigned answers = in.two();
  in.bytes(kHeader - 8);
  if (in.failed() || answers_to != id || (flags & 0x8000U) == 0) return base::fail("what came is no answer");
  if (const unsigned code = flags & 0xfU; code != 0) return base::fail("{}", meaning_of(code));
  for (unsigned i = 0; i < questions; ++i) {
    in.name();
    in.bytes(4);
  }
  std::vector<std::string> values;
  for (unsigned i = 0; i < answers && !in.failed(); ++i) {
    in.name();
    const unsigned of_type = in.two();
    in.bytes(6);  // class and lifetime
    const unsigned length = in.two();
    if (of_type != static_cast<unsigned>(type)) {
      in.bytes(length);  // a CNAME on the way
      continue;
    }
    std::string value = value_of(in, type, length);
    if (!in.failed()) values.push_back(std::move(value));
  }
  if (in.failed()) return base::fail("the answer ends too soon");
  return values;
}

base::Result<std::vector<std::string>> ask(const base::SocketAddress& server, std::string_view name, QueryType type,
                                           milliseconds patience) {
  const auto wrong = [&](std::string_view why) {
    return base::fail("asked for {}, {} does not tell: {}", name, server.to_string(), why);
  };
  const base::UniqueFd socket(::socket(server.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), server.data(), server.size()) != 0) return wrong(base::errno_text(errno));
  std::random_device random;
  for (int i = 0; i < kTries; ++i) {
    const auto id = static_cast<std::uint16_t>(random());
    const auto packet = question(id, name, type);
    if (!packet) return wrong(packet.error().message);
    const auto deadline = steady_clock::now() + patience / kTries;
    if (::send(socket.get(), packet->data(), packet->size(), 0) < 0 && errno != ECONNREFUSED) {
      return wrong(base::errno_text(errno));
    }
    auto answer = wait_for_answer(socket.get(), id, type, deadline);
    if (!answer && i + 1 == kTries) return wrong(answer.error().message);
    if (!answer && answer.error().message != base::errno_text(ECONNREFUSED)) return wrong(answer.error().message);
    if (answer && *answer) return std::move(**answer);
  }
  return wrong("there is no answer");
}

}  // namespace provisioner::dns
