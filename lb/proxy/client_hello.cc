#include "lb/proxy/client_hello.h"

#include <optional>

namespace lb::proxy {
namespace {

constexpr std::byte kAlert{21};
constexpr std::byte kHandshake{22};
constexpr std::byte kMajorVersion{3};
constexpr std::byte kClientHello{1};
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kHandshakeHeader = 4;
constexpr std::size_t kVersionAndRandom = 2 + 32;
constexpr std::size_t kEarlyData = 42;

// Reads numbers and vectors from the front of what is left; past the end it gives nothing.
class HelloReader {
 public:
  explicit HelloReader(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] std::optional<std::span<const std::byte>> take(std::size_t size) noexcept {
    if (size > rest_.size()) return std::nullopt;
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  // Big-endian, `size` bytes.
  [[nodiscard]] std::optional<std::size_t> number(std::size_t size) noexcept {
    const auto bytes = take(size);
    if (!bytes) return std::nullopt;
    std::size_t value = 0;
    for (const std::byte byte : *bytes) value = value << 8 | std::to_integer<std::size_t>(byte);
    return value;
  }
  // What a length of `size` bytes announces.
  [[nodiscard]] std::optional<std::span<const std::byte>> vector(std::size_t size) noexcept {
    const auto length = number(size);
    return length ? take(*length) : std::nullopt;
  }
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

// What RFC 8446 s4.1.2 names, to the last byte; no early_data among the extensions.
bool is_plain_hello(std::span<const std::byte> body) noexcept {
  HelloReader hello(body);
  const bool begins = hello.take(kVersionAndRandom) && hello.vector(1) && hello.vector(2) &&
                      hello.vector(1);  // id, ciphers, compression
  if (!begins) return false;
  if (hello.empty()) return true;  // TLS 1.2 without extensions
  const auto list = hello.vector(2);
  if (!list || !hello.empty()) return false;
  HelloReader extensions(*list);
  while (!extensions.empty()) {
    const auto type = extensions.number(2);
    if (!type || !extensions.vector(2) || *type == kEarlyData) return false;
  }
  return true;
}

}  // namespace

FirstFlight first_flight_of(std::span<const std::byte> bytes) noexcept {
  const auto differs = [&](std::size_t at, std::byte wanted) { return bytes.size() > at && bytes[at] != wanted; };
  if (differs(0, kHandshake) || differs(1, kMajorVersion) || differs(kRecordHeader, kClientHello)) {
    return FirstFlight::kOther;
  }
  if (bytes.size() < kRecordHeader + kHandshakeHeader) return FirstFlight::kPart;
  const std::size_t record = *HelloReader(bytes.subspan(3)).number(2);
  const std::size_t message = *HelloReader(bytes.subspan(kRecordHeader + 1)).number(3);
  const std::size_t whole = kRecordHeader + record;
  // A ClientHello in several records is allowed, and so rare that it is let go.
  if (message + kHandshakeHeader != record || whole > kLargestRecord || bytes.size() > whole)
    return FirstFlight::kOther;
  if (bytes.size() < whole) return FirstFlight::kPart;
  return is_plain_hello(bytes.subspan(kRecordHeader + kHandshakeHeader)) ? FirstFlight::kWhole : FirstFlight::kOther;
}

bool begins_tls_answer(std::byte first) noexcept {
  return first == kAlert || first == kHandshake;
}

}  // namespace lb::proxy
