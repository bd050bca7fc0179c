#include "lb/policy/maglev.h"

#include <algorithm>
#include <string_view>

#include "lb/policy/source_key.h"
#include "lb/policy/the_rest.h"
#include "lib/base/hash.h"

namespace lb::policy {
namespace {

constexpr std::uint32_t kNobody = 0xffff'ffff;
constexpr int kLooks = 16;  // for one that is not excluded

// The order in which one backend wants the places of the table: a permutation of all, as their number is a prime.
struct Wishes {
  std::uint64_t next;
  std::uint64_t skip;

  Wishes(std::string_view name, std::uint64_t places) noexcept
      : next(base::hash(name) % places), skip(base::mix(base::hash(name) + 1) % (places - 1) + 1) {}
};

// Round after round, each backend takes the first place that it wants and nobody has; one of half the greatest weight
// does so in every second round.
std::vector<std::uint32_t> fill(std::span<const std::uint32_t> weights, std::span<const std::string> names) {
  const std::uint64_t greatest = weights.empty() ? 0 : *std::ranges::max_element(weights);
  if (greatest == 0) return {};
  const std::size_t takers = weights.size() - static_cast<std::size_t>(std::ranges::count(weights, 0U));
  const std::uint32_t places = takers * 100 < Maglev::kPlaces ? Maglev::kPlaces : Maglev::kManyPlaces;
  std::vector<Wishes> wishes;
  for (const std::string& name : names) wishes.emplace_back(name, places);
  std::vector<std::uint64_t> credit;  // everyone has a turn in the first round, however small its weight
  for (const std::uint32_t weight : weights) credit.push_back(greatest - weight);
  std::vector<std::uint32_t> table(places, kNobody);
  for (std::uint32_t filled = 0; true;) {
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      credit[i] += weights[i];
      if (weights[i] == 0 || credit[i] < greatest) continue;
      credit[i] -= greatest;
      Wishes& wish = wishes[i];
      while (table[wish.next] != kNobody) wish.next = (wish.next + wish.skip) % places;
      table[wish.next] = i;
      if (++filled == places) return table;
    }
  }
}

}  // namespace

Maglev::Maglev(std::span<const std::uint32_t> weights, std::span<const std::string> names)
    : table_(fill(weights, names)) {}

std::optional<BackendIndex> Maglev::pick(PickContext& context) const noexcept {
  if (table_.empty()) return std::nullopt;
  // A neighbour in the table would not do for those who are excluded: who stands beside whom is not random.
  std::uint64_t key = context.client == nullptr ? 0 : source_key(*context.client);
  for (int look = 0; look < kLooks; ++look, key = base::mix(key + 1)) {
    const std::uint32_t index = table_[key % table_.size()];
    if (!is_excluded(context, index)) return BackendIndex{index};
  }
  const auto other = std::ranges::find_if(table_, [&](std::uint32_t index) { return !is_excluded(context, index); });
  if (other == table_.end()) return std::nullopt;
  return BackendIndex{*other};
}

}  // namespace lb::policy
