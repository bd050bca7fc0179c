// How long the choice of a backend takes: ours against the ways that others choose, at 3 to 10,000 backends with random
// weights. Ends with the ratios that must hold, from the medians of this very run; exit code 1 where one does not.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "lb/policy/make_policy.h"

namespace {

using Weights = std::vector<std::uint32_t>;

// 1 to 1000, the same in every run.
Weights random_weights(std::int64_t count) {
  base::Random random(2024);
  Weights weights(static_cast<std::size_t>(count));
  for (auto& weight : weights) weight = 1 + static_cast<std::uint32_t>(random() % 1000);
  return weights;
}

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kClients = 1024;

// Ours, through the interface that the proxy calls. Each pick is another client's.
template <cluster::PolicyKind kKind>
class Ours {
 public:
  explicit Ours(const Weights& weights) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      names.push_back(fmt::format("backend {}", i));
      backends_.push_back(std::make_shared<lb::backend::BackendState>(names.back(), base::SocketAddress(), kWorkers));
    }
    policy_ = lb::policy::make_policy(kKind, weights, names);
    base::Random random(7);
    for (auto& client : clients_) {
      const std::uint64_t number = random();
      std::array<std::uint8_t, sizeof number> bytes{};
      std::memcpy(bytes.data(), &number, sizeof number);
      client = base::IpAddress::from_v4(bytes.data());
    }
  }
  std::uint32_t pick(base::Random& random) {
    const base::IpAddress& client = clients_[next_client_++ % kClients];
    lb::policy::PickContext context{.random = random, .cursor = cursor_, .client = &client, .backends = backends_};
    return static_cast<std::uint32_t>(*policy_->pick(context));
  }

 private:
  std::vector<std::shared_ptr<lb::backend::BackendState>> backends_;
  std::unique_ptr<const lb::policy::Policy> policy_;
  std::array<base::IpAddress, kClients> clients_;
  std::size_t next_client_ = 0;
  std::uint32_t cursor_ = 0;
};

// ipfw's way: at each rule one draw, taken with probability w_i / (w_i + ... + w_n).
class ProbChain {
 public:
  explicit ProbChain(const Weights& weights) : thresholds_(weights.size()) {
    double rest = 0;
    for (std::size_t i = weights.size(); i-- > 0;) {
      rest += weights[i];
      thresholds_[i] = static_cast<std::uint32_t>(weights[i] / rest * 0x7fffffff);
    }
  }
  std::size_t pick(base::Random& random) const {
    for (std::size_t i = 0; i + 1 < thresholds_.size(); ++i) {
      if ((random() >> 33) < thresholds_[i]) return i;
    }
    return thresholds_.size() - 1;
  }

 private:
  std::vector<std::uint32_t> thresholds_;
};

class PrefixSums {
 public:
  explicit PrefixSums(const Weights& weights) : sums_(weights.size()) {
    std::inclusive_scan(weights.begin(), weights.end(), sums_.begin(), std::plus<>(), std::uint64_t{0});
  }
  auto pick(base::Random& random) const { return std::ranges::upper_bound(sums_, random() % sums_.back()); }

 private:
  std::vector<std::uint64_t> sums_;
};

class DiscreteDistribution {
 public:
  explicit DiscreteDistribution(const Weights& weights) : distribution_(weights.begin(), weights.end()) {}
  auto pick(base::Random& random) { return distribution_(random); }

 private:
  std::discrete_distribution<std::uint32_t> distribution_;
};

template <class Chooser>
void choose(benchmark::State& state) {
  Chooser chooser(random_weights(state.range(0)));
  base::Random random(1);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(chooser.pick(random));
}

template <class Chooser>
void add(const char* name) {
  auto* const bench = benchmark::RegisterBenchmark(name, choose<Chooser>);
  for (const int backends : {3, 10, 100, 1000, 10'000}) bench->Arg(backends);
  bench->Repetitions(9)->MinTime(0.05)->ReportAggregatesOnly();
}

// Prints the medians alone, and keeps them.
class MedianReporter final : public benchmark::ConsoleReporter {
 public:
  MedianReporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    for (Run run : runs) {
      if (run.aggregate_name != "median") continue;
      run.run_name.repetitions.clear();
      run.run_name.min_time.clear();
      medians_[run.run_name.str()] = run.GetAdjustedCPUTime();
      ConsoleReporter::ReportRuns({run});
    }
  }

  // How many times the median of `slow` is that of `fast`; unset where a filter left one of them out.
  [[nodiscard]] std::optional<double> ratio(const std::string& slow, const std::string& fast) const {
    const auto above = medians_.find(slow);
    const auto below = medians_.find(fast);
    if (above == medians_.end() || below == medians_.end()) return std::nullopt;
    return above->second / below->second;
  }

 private:
  std::map<std::string, double> medians_;
};

// Prints one promise; false where it was measured and is broken.
bool judge(const char* promise, std::optional<double> ratio, bool (*holds)(double)) {
  if (!ratio) {
    fmt::print("{}: not measured\n", promise);
    return true;
  }
  fmt::print("{}: {:.2f} times: {}\n", promise, *ratio, holds(*ratio) ? "PASS" : "FAIL");
  return holds(*ratio);
}

}  // namespace

int main(int argc, char** argv) {
  add<Ours<cluster::PolicyKind::kWeightedRandom>>("weighted_random");
  add<Ours<cluster::PolicyKind::kRoundRobin>>("round_robin");
  add<Ours<cluster::PolicyKind::kLeastConnections>>("least_connections");
  add<Ours<cluster::PolicyKind::kMaglev>>("maglev");
  add<DiscreteDistribution>("discrete_distribution");
  add<PrefixSums>("prefix_sums");
  add<ProbChain>("prob_chain");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  MedianReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  const bool flat =
      judge("weighted_random: 10,000 backends take at most 2 times as long as 3",
            reporter.ratio("weighted_random/10000", "weighted_random/3"), [](double x) { return x <= 2; });
  const bool faster =
      judge("at 1,000 backends prob_chain takes at least 10 times as long as weighted_random",
            reporter.ratio("prob_chain/1000", "weighted_random/1000"), [](double x) { return x >= 10; });
  bool near = true;
  for (const char* const policy : {"round_robin", "least_connections", "maglev"}) {
    const std::string promise =
        fmt::format("at 3 backends {} takes at most 3 times as long as weighted_random", policy);
    near = judge(promise.c_str(), reporter.ratio(fmt::format("{}/3", policy), "weighted_random/3"),
                 [](double x) { return x <= 3; }) &&
           near;
  }
  return flat && faster && near ? 0 : 1;
}
