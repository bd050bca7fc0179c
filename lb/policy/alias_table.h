// AliasTable: draws an index in proportion to its weight, in constant time whatever the number of weights.
//
// Vose's form of Walker's alias method (M. Vose, "A linear algorithm for generating random numbers with a given
// distribution", IEEE Trans. Softw. Eng. 17(9), 1991). Each index owns one column of equal width; what a light index
// leaves of its column is filled by one heavy index, its alias. A draw takes one random number: its upper part chooses
// the column, its lower part the place inside. Eight bytes an index. Immutable; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lb::policy {

class AliasTable {
 public:
  struct Column {
    std::uint32_t threshold;  // below it, of 2^32, the column's own index is drawn, from it on the alias
    std::uint32_t alias;
  };

  // At most 2^31 weights, one of them positive. Every probability is w / sum to within 2^-32; a positive weight can
  // always be drawn, a weight of 0 never.
  explicit AliasTable(std::span<const std::uint32_t> weights);

  // `random` is uniform over all 64 bits.
  [[nodiscard]] std::uint32_t draw(std::uint64_t random) const noexcept {
    // The upper 64 bits of the 96-bit product random * size: the column, then 32 bits of the place inside it.
    const std::uint64_t size = columns_.size();
    const std::uint64_t product = (random >> 32) * size + (((random & kLow) * size) >> 32);
    const auto own = static_cast<std::uint32_t>(product >> 32);
    const Column column = columns_[own];
    // No branch: it would be mispredicted in every second draw, for more time than all the rest takes.
    const auto is_own = static_cast<std::uint32_t>((product & kLow) < column.threshold);
    return column.alias ^ ((own ^ column.alias) & (0 - is_own));
  }

  [[nodiscard]] std::span<const Column> columns() const noexcept { return columns_; }

 private:
  static constexpr std::uint64_t kLow = 0xffff'ffff;

  std::vector<Column> columns_;
};

}  // namespace lb::policy
