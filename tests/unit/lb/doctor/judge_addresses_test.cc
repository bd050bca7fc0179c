#include "lb/doctor/judge_addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/doctor/fake_host.h"

namespace lb::doctor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = net::AddressClaim::Kind;

const std::vector<base::IpAddress> kOurs{ip_of("127.0.0.1"), ip_of("10.10.0.1")};
const std::vector<base::IpAddress> kWithoutVip{ip_of("127.0.0.1"), ip_of("10.10.0.5")};

cluster::Listener listener_at(std::string_view address) {
  cluster::Listener listener = sample_listener({1});
  listener.address = *base::SocketAddress::parse(address);
  return listener;
}

TEST(ServedAddresses, AreTheVipAndTheListenersOnce) {
  cluster::LoadBalancer balancer = *sample_cluster().load_balancer;
  balancer.listeners.push_back(listener_at("0.0.0.0:80"));
  balancer.listeners.push_back(listener_at("10.10.0.9:443"));
  EXPECT_THAT(served_addresses(balancer), ElementsAre(ip_of("10.10.0.1"), ip_of("10.10.0.9")));
}

TEST(JudgePresence, WantsTheAddressHereOrLeaveToBindWithoutIt) {
  EXPECT_EQ(judge_presence(ip_of("10.10.0.1"), kOurs, "0").severity, Severity::kOk);
  EXPECT_EQ(judge_presence(ip_of("127.0.0.9"), kOurs, "0").severity, Severity::kOk);
  EXPECT_EQ(judge_presence(ip_of("10.10.0.1"), kWithoutVip, "1").severity, Severity::kWarning);
  const Finding absent = judge_presence(ip_of("10.10.0.1"), kWithoutVip, "0");
  EXPECT_EQ(absent.severity, Severity::kProblem);
  EXPECT_THAT(absent.remedy, HasSubstr("ip addr add 10.10.0.1/32 dev"));
  EXPECT_THAT(absent.remedy, HasSubstr("sysctl -w net.ipv4.ip_nonlocal_bind=1"));
  EXPECT_THAT(judge_presence(ip_of("10.10.0.1"), {}, {}).remedy, Not(HasSubstr("nonlocal_bind")));
}

TEST(JudgePresence, KnowsTheSettingOfEachFamily) {
  EXPECT_EQ(nonlocal_bind_for(ip_of("10.10.0.1")), "net.ipv4.ip_nonlocal_bind");
  EXPECT_EQ(nonlocal_bind_for(ip_of("fd00::1")), "net.ipv6.ip_nonlocal_bind");
  const Finding absent = judge_presence(ip_of("fd00::1"), kOurs, "0");
  EXPECT_THAT(absent.remedy, HasSubstr("ip addr add fd00::1/128 dev"));
  EXPECT_THAT(absent.remedy, HasSubstr("sysctl -w net.ipv6.ip_nonlocal_bind=1"));
}

TEST(JudgeClaim, WantsNobodyElseToAnswer) {
  const auto with = [](const std::vector<base::IpAddress>& ours, Kind kind) {
    return judge_claim(ip_of("10.10.0.1"), ours, {kind, "02:00:00:00:00:01 on eth0"});
  };
  EXPECT_EQ(with(kOurs, Kind::kNobody).severity, Severity::kOk);
  EXPECT_EQ(with(kOurs, Kind::kSomebody).severity, Severity::kProblem);
  EXPECT_THAT(with(kOurs, Kind::kSomebody).text, HasSubstr("02:00:00:00:00:01 on eth0 answers for it too"));
  EXPECT_EQ(with(kWithoutVip, Kind::kSomebody).severity, Severity::kOk);  // it stands by
  EXPECT_EQ(with(kOurs, Kind::kUnknown).severity, Severity::kSkipped);
  EXPECT_THAT(with(kOurs, Kind::kUnknown).remedy, HasSubstr("arping -D"));
  EXPECT_EQ(judge_claim(ip_of("127.0.0.1"), kOurs, {}).severity, Severity::kOk);
}

TEST(JudgeHairpin, FindsABackendThatIsTheListener) {
  cluster::Listener listener = listener_at("10.10.0.1:6443");
  listener.backends[0].address = listener.address;
  EXPECT_EQ(judge_hairpin(listener, kOurs)[0].severity, Severity::kProblem);
  EXPECT_EQ(judge_hairpin(listener, kWithoutVip)[0].severity, Severity::kProblem);
  listener = listener_at("0.0.0.0:6443");
  listener.backends[0].address = *base::SocketAddress::parse("10.10.0.1:6443");
  EXPECT_EQ(judge_hairpin(listener, kOurs)[0].severity, Severity::kProblem);
}

TEST(JudgeHairpin, SaysWhatABackendOnThisHostNeeds) {
  cluster::Listener listener = listener_at("10.10.0.1:6443");
  listener.backends[0].address = *base::SocketAddress::parse("10.10.0.5:6443");
  const Findings findings = judge_hairpin(listener, kWithoutVip);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::kOk);
  EXPECT_THAT(findings[0].text, HasSubstr("--bind-address"));
}

TEST(JudgeHairpin, LeavesTheWayBackToWhoCanTryIt) {
  const Findings findings = judge_hairpin(listener_at("10.10.0.1:6443"), kOurs);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::kSkipped);
  EXPECT_THAT(findings[0].remedy, HasSubstr("curl -k --max-time 5 https://10.10.0.1:6443/readyz"));
  EXPECT_THAT(judge_hairpin(listener_at("127.0.0.1:6443"), kOurs), ::testing::IsEmpty());
}

}  // namespace
}  // namespace lb::doctor
