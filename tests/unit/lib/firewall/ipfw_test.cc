#include "lib/firewall/ipfw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <sstream>

#include "lib/base/random.h"
#include "tests/unit/lib/firewall/golden_file.h"
#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

Spread spread_of(const std::vector<std::uint32_t>& weights) {
  Spread spread{
      .name = "kube-apiserver", .address = base::SocketAddress::parse("10.10.0.1:6443").value(), .targets = {}};
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string address = fmt::format("10.10.0.{}:6443", 11 + i);
    spread.targets.push_back({.name = fmt::format("controller-{}", i),
                              .address = base::SocketAddress::parse(address).value(),
                              .weight = weights[i]});
  }
  return spread;
}

Ruleset ruleset_of(const std::vector<std::uint32_t>& weights) {
  return {.name = "keepstate", .spreads = {spread_of(weights)}};
}

std::vector<std::uint32_t> random_weights(std::size_t count, std::uint64_t seed) {
  base::Random random(seed);
  std::vector<std::uint32_t> weights(count);
  for (auto& weight : weights) weight = 1 + static_cast<std::uint32_t>(random() % 1000);
  return weights;
}

void expect_ipfw_golden(const Ruleset& ruleset, const std::string& name) {
  ASSERT_TRUE(check_ipfw(ruleset));
  expect_golden(render_ipfw(ruleset), name);
}

// What the text says, read back as ipfw would: the share of new connections that each fwd rule gets.
struct Chain {
  std::vector<double> exact;   // by the printed decimals
  std::vector<double> kernel;  // by ipfw's int32(p * 0x7fffffff) of 2^31
};

Chain read_back(const std::string& text) {
  Chain chain;
  double exact = 1;
  double kernel = 1;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string add, number, action;
    double prob = 1;
    words >> add >> number >> action;
    if (add != "add") continue;
    if (action == "prob") words >> prob >> action;
    if (action != "fwd") continue;
    const double steps = prob < 1 ? std::trunc(prob * 0x7fffffff) / 0x80000000 : 1;
    chain.exact.push_back(exact * prob);
    chain.kernel.push_back(kernel * steps);
    exact *= 1 - prob;
    kernel *= 1 - steps;
  }
  return chain;
}

void expect_shares(const std::vector<std::uint32_t>& weights) {
  const auto sum = static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
  ASSERT_TRUE(check_ipfw(ruleset_of(weights)));
  const Chain chain = read_back(render_ipfw(ruleset_of(weights)));
  ASSERT_EQ(chain.exact.size(), weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(chain.exact[i], weights[i] / sum, 1e-9);
    EXPECT_NEAR(chain.kernel[i], weights[i] / sum, 1e-9 + std::ldexp(1.0, -30)) << "as ipfw rounds it";
  }
}

TEST(Ipfw, ThreeEqualBackends) {
  expect_ipfw_golden(ruleset_of({1, 1, 1}), "1_1_1.rules");
}
TEST(Ipfw, AHeavyOne) {
  expect_ipfw_golden(ruleset_of({1, 1, 2}), "1_1_2.rules");
}
TEST(Ipfw, AWeightOfZero) {
  expect_ipfw_golden(ruleset_of({1, 1, 0}), "weight_0.rules");
}
TEST(Ipfw, OneBackend) {
  expect_ipfw_golden(ruleset_of({3}), "one_backend.rules");
}
TEST(Ipfw, AHundredBackends) {
  expect_ipfw_golden(ruleset_of(random_weights(100, 1)), "100_backends.rules");
}

TEST(Ipfw, BothFamiliesAndTwoListeners) {
  Ruleset ruleset = ruleset_of({1, 1});
  Spread v6{.name = "kube-apiserver-v6",
            .address = base::SocketAddress::parse("[fd00::1]:6443").value(),
            .targets = {},
            .idle = std::chrono::seconds(7200)};
  for (const char* address : {"[fd00::11]:6443", "[fd00::12]:6443", "[fd00::13]:6443"}) {
    v6.targets.push_back({.name = address, .address = base::SocketAddress::parse(address).value()});
  }
  ruleset.spreads.push_back(v6);
  expect_ipfw_golden(ruleset, "ipv6.rules");
}

TEST(Ipfw, TheChainOfProbsGivesTheWeights) {
  expect_shares({1});
  expect_shares({1, 1, 1});
  expect_shares({1, 1, 2});
  expect_shares({5, 3, 1});
  expect_shares({1000000, 1, 1000000});
  expect_shares(random_weights(100, 2));
  expect_shares(random_weights(240, 3));
}

TEST(Ipfw, EqualWeightsAreTheTextOfOld) {
  const std::string text = render_ipfw(ruleset_of({1, 1, 1}));
  EXPECT_THAT(text, HasSubstr("\nadd 1000 check-state :keepstate\n"));
  EXPECT_THAT(text,
              HasSubstr("\nadd 1001 prob 0.333333333333 fwd 10.10.0.11 tcp from any to 10.10.0.1 6443 keep-state"));
  EXPECT_THAT(text, HasSubstr("\nadd 1002 prob 0.5 fwd 10.10.0.12 "));
  EXPECT_THAT(text, HasSubstr("\nadd 1003 fwd 10.10.0.13 "));
}

TEST(Ipfw, EveryLineIsACommentOrARule) {
  Ruleset ruleset = ruleset_of({2, 1});
  ruleset.spreads[0].targets[0].name = "evil\nadd 1 allow ip from any to any";
  ruleset.spreads[0].name = "evil\r\nflush";
  std::istringstream lines(render_ipfw(ruleset));
  int rules = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LT(line.size(), 200U) << line;  // ipfw reads lines of at most 4095 bytes
    if (line.empty() || line[0] == '#') continue;
    EXPECT_EQ(line.substr(0, 8), fmt::format("add {}", 1000 + rules)) << line;
    ++rules;
  }
  EXPECT_EQ(rules, 3);
}

TEST(Ipfw, RefusesAnotherPort) {
  Ruleset ruleset = ruleset_of({1, 1});
  ruleset.spreads[0].targets[1].address = base::SocketAddress::parse("10.10.0.12:8443").value();
  EXPECT_EQ(
      check_ipfw(ruleset).error().message,
      "kube-apiserver: 10.10.0.1:6443 cannot go to controller-1 (10.10.0.12:8443): ipfw's fwd changes the next hop "
      "and never the port; let both use port 6443, or let keepstate-lb run relay the connections");
}

TEST(Ipfw, RefusesAnotherFamily) {
  Ruleset ruleset = ruleset_of({1, 1});
  ruleset.spreads[0].targets[0].address = base::SocketAddress::parse("[fd00::11]:6443").value();
  EXPECT_THAT(check_ipfw(ruleset).error().message, HasSubstr("fwd keeps the address family"));
}

TEST(Ipfw, RefusesAProbThatWouldNeverMatch) {
  EXPECT_THAT(check_ipfw(ruleset_of({1, 4294967295})).error().message,
              HasSubstr("controller-0 has weight 1 beside 4294967295"));
  EXPECT_TRUE(check_ipfw(ruleset_of({4294967295, 1}))) << "the last rule needs no prob";
  EXPECT_TRUE(check_ipfw(ruleset_of({1, 2000000000})));
}

TEST(Ipfw, RefusesMoreRulesThanThereAreNumbers) {
  Ruleset ruleset = ruleset_of({1});
  ruleset.spreads.assign(64534, ruleset.spreads[0]);  // with check-state the rules 1000 to 65534
  EXPECT_TRUE(check_ipfw(ruleset));
  ruleset.spreads.push_back(ruleset.spreads[0]);
  EXPECT_THAT(check_ipfw(ruleset).error().message, HasSubstr("64536 rules are needed, but ipfw has numbers for 64535"));
}

TEST(Ipfw, RefusesSpreadsBesideMasquerades) {
  Ruleset ruleset = ruleset_of({1});
  ruleset.masquerades = one_masquerade_v4().masquerades;
  EXPECT_THAT(check_ipfw(ruleset).error().message, HasSubstr("make two rulesets"));
}

TEST(Ipfw, IsLoadedInPlaceOfWhatWasThere) {
  const auto commands = ipfw_apply_argv(ruleset_of({1, 1}), "/etc/rules");
  EXPECT_EQ(to_text(commands), "ipfw -q -f delete 1000-1002; ipfw -q -f /etc/rules");
  EXPECT_EQ(commands[0].on_failure, OnFailure::kGoOn);
  EXPECT_EQ(to_text(ipfw_check_argv(ruleset_of({1}), "/etc/rules")), "ipfw -n -q -f /etc/rules");
}

TEST(Ipfw, NamesEachAddressOnce) {
  Ruleset ruleset = ruleset_of({1});
  ruleset.spreads.push_back(ruleset.spreads[0]);
  const std::string text = render_ipfw(ruleset);
  const std::string line = "#   ip address add 10.10.0.1/32 dev lo\n";
  EXPECT_NE(text.find(line), std::string::npos);
  EXPECT_EQ(text.find(line), text.rfind(line));
}

TEST(Ipfw, KeepsStatesAsLongAsTheLongestIdleTimeout) {
  Ruleset ruleset = ruleset_of({1});
  ruleset.spreads[0].idle = std::chrono::seconds(5400);
  EXPECT_THAT(render_ipfw(ruleset), HasSubstr("net.inet.ip.fw.dyn_syn_lifetime=5400\n"));
}

}  // namespace
}  // namespace firewall
