// BytePattern: an endless stream of pseudo-random bytes of which each byte follows from the seed and its position
// alone. So a test sends gigabytes and checks each byte that arrives, whatever the pieces it arrives in, and holds none
// of them. The 64-bit word at index i is splitmix64's i-th output (Steele, Lea and Flood, 2014). A value; any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace tests::support {

class BytePattern {
 public:
  explicit BytePattern(std::uint64_t seed) noexcept : seed_(seed) {}

  // The bytes [position, position + out.size()).
  void fill(std::uint64_t position, std::span<char> out) const noexcept {
    for_each_piece(position, out.size(), [&](std::size_t at, const char* bytes, std::size_t n) {
      std::memcpy(out.data() + at, bytes, n);
      return true;
    });
  }

  // The position of the first byte of `received` that is not the pattern's; nothing when all are right.
  [[nodiscard]] std::optional<std::uint64_t> first_difference(std::uint64_t position,
                                                              std::span<const char> received) const noexcept {
    std::optional<std::uint64_t> wrong;
    for_each_piece(position, received.size(), [&](std::size_t at, const char* bytes, std::size_t n) {
      if (std::memcmp(received.data() + at, bytes, n) == 0) return true;
      const char* const begin = received.data() + at;
      wrong = position + at + static_cast<std::uint64_t>(std::mismatch(begin, begin + n, bytes).first - begin);
      return false;
    });
    return wrong;
  }

 private:
  static constexpr std::size_t kWord = sizeof(std::uint64_t);

  [[nodiscard]] std::uint64_t word(std::uint64_t index) const noexcept {
    std::uint64_t z = seed_ + (index + 1) * 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  // Calls visit(offset, bytes, n) for pieces of at most one word, in order, until it returns false.
  template <class Visit>
  void for_each_piece(std::uint64_t position, std::size_t size, Visit visit) const noexcept {
    std::size_t done = 0;
    while (done < size) {
      const std::uint64_t value = word((position + done) / kWord);
      const std::size_t skip = (position + done) % kWord;
      const std::size_t n = std::min(kWord - skip, size - done);
      char bytes[kWord];
      std::memcpy(bytes, &value, kWord);
      if (!visit(done, bytes + skip, n)) return;
      done += n;
    }
  }

  std::uint64_t seed_;
};

}  // namespace tests::support
