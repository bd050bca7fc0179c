// What a client says to a backend: each message opens with what is wanted, and is padded to its size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace bench::load {

enum class Wish : std::uint32_t {
  kAnswer,   // a message as long as this one
  kSwallow,  // nothing: all that follows is bulk
  kPour,     // bytes without end
};

struct MessageHead {
  Wish wish = Wish::kAnswer;
  std::uint32_t size = 0;  // of the whole message, bytes
};

[[nodiscard]] inline std::vector<std::byte> make_message(Wish wish, std::size_t size) {
  std::vector<std::byte> message(std::max(size, sizeof(MessageHead)), std::byte{'k'});
  const MessageHead head{wish, static_cast<std::uint32_t>(message.size())};
  std::memcpy(message.data(), &head, sizeof head);
  return message;
}

// Where messages are read to. Begins with a page: behind malloc's 16 bytes the kernel's copy takes several times as
// long.
struct alignas(4096) MessageRoom {
  static constexpr std::size_t kSize = std::size_t{1024} * 1024;
  std::array<std::byte, kSize> bytes;
};

}  // namespace bench::load
