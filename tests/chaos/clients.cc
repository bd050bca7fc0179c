#include "tests/chaos/clients.h"

#include "lib/base/random.h"
#include "tests/chaos/keeper.h"
#include "tests/chaos/opener.h"

namespace tests::chaos {
namespace {

// Clients that start together would come in waves for ever.
std::chrono::milliseconds head_start(base::Random& random, const ClientPlan& plan) {
  return std::chrono::milliseconds{static_cast<long long>(random() % static_cast<std::uint64_t>(plan.pace.count()))};
}

}  // namespace

Clients::Clients(const ClientSurroundings& surroundings, const ClientPlan& plan, std::uint64_t seed)
    : records_(plan.openers + plan.keepers) {
  base::Random random(seed);
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const auto wait = head_start(random, plan);
    threads_.emplace_back([=, &records = records_[i], opens = i < plan.openers](const std::stop_token& stop) {
      surroundings.network.enter();
      rest_until(std::chrono::steady_clock::now() + wait, stop);
      if (opens) {
        Opener(surroundings, plan, records).run(stop);
      } else {
        Keeper(surroundings, plan, records).run(stop);
      }
    });
  }
}

Records Clients::leave() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
  Records all;
  for (auto& each : records_) all.add(std::move(each));
  records_.clear();
  return all;
}

}  // namespace tests::chaos
