#include "tests/chaos/schedule.h"

#include <algorithm>

#include "lib/base/random.h"

namespace tests::chaos {
namespace {

using std::chrono::milliseconds;

struct Range {
  milliseconds least;
  milliseconds most;
};

constexpr Range kCalm{milliseconds{3000}, milliseconds{5000}};
// Longer than a dead server's sessions may hang (10 s): a shorter silence could not show that they did.
constexpr Range kSilent{milliseconds{12'000}, milliseconds{14'000}};
constexpr Range kLoud{milliseconds{5000}, milliseconds{8000}};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) noexcept : random_(seed) {}

  // Below `bound`. The bias of a remainder is of no matter for numbers so small.
  std::size_t index(std::size_t bound) noexcept { return random_() % bound; }

  milliseconds between(Range range) noexcept {
    const auto width = static_cast<std::uint64_t>((range.most - range.least).count()) + 1;
    return range.least + milliseconds{static_cast<milliseconds::rep>(random_() % width)};
  }

  // The standard leaves open what std::shuffle does with a seed; a seed that showed a fault must show it everywhere.
  FaultKind card() {
    if (deck_.empty()) {
      deck_.assign(kOneServerFaults.begin(), kOneServerFaults.end());
      for (std::size_t i = deck_.size() - 1; i > 0; --i) std::swap(deck_[i], deck_[index(i + 1)]);
    }
    const FaultKind kind = deck_.back();
    deck_.pop_back();
    return kind;
  }

 private:
  base::Random random_;
  std::vector<FaultKind> deck_;
};

}  // namespace

std::vector<PlannedFault> draw_faults(std::uint64_t seed, milliseconds duration) {
  std::vector<PlannedFault> faults;
  Draw draw(seed);
  milliseconds used = kCalm.most;  // behind the last
  while (true) {
    const FaultKind kind = draw.card();
    const PlannedFault fault{draw.between(kCalm), kind, draw.index(kServers),
                             draw.between(is_silent(kind) ? kSilent : kLoud)};
    used += fault.calm + fault.lasts;
    if (used > duration) return faults;
    faults.push_back(fault);
  }
}

}  // namespace tests::chaos
