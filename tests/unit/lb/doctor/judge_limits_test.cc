#include "lb/doctor/judge_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/doctor/fake_host.h"

namespace lb::doctor {
namespace {

using ::testing::HasSubstr;

cluster::LoadBalancer balancer_of(std::optional<unsigned> max_connections) {
  cluster::LoadBalancer balancer = *sample_cluster().load_balancer;
  balancer.max_connections = max_connections;
  balancer.workers = 1;
  return balancer;
}

Settings settings_with(const std::string& name, const std::string& value) {
  FakeHost host;
  host.settings[name] = value;
  return [host](const std::string& one) { return host.setting(one); };
}

const Settings kNoSettings = [](const std::string&) { return std::nullopt; };

DescriptorLimit of_daemon(std::uint64_t most) {
  return {most, DescriptorLimit::Of::kDaemon};
}

DescriptorLimit of_shell(std::uint64_t most) {
  return {most, DescriptorLimit::Of::kThisShell};
}

constexpr std::uint64_t kFew = 10'000;  // sessions

TEST(JudgeDescriptors, WantsTwoForEachSession) {
  EXPECT_EQ(judge_descriptors(balancer_of(1000), of_daemon(4096), 1).severity, Severity::kOk);
  const Finding finding = judge_descriptors(balancer_of(10'000), of_daemon(4096), 1);
  EXPECT_EQ(finding.severity, Severity::kProblem);
  EXPECT_THAT(finding.text,
              HasSubstr("4096 descriptors of the daemon are enough for 1856 sessions, and maxConnections is 10000"));
  EXPECT_THAT(finding.remedy, HasSubstr("LimitNOFILE=20384"));
}

TEST(JudgeDescriptors, HasAnOpinionWithoutMaxConnectionsToo) {
  EXPECT_EQ(judge_descriptors(balancer_of({}), of_daemon(1024), 1).severity, Severity::kWarning);
  EXPECT_EQ(judge_descriptors(balancer_of({}), of_daemon(1 << 20), 1).severity, Severity::kOk);
}

TEST(JudgeDescriptors, OnlyWarnsOfAShellsLimit) {
  const Finding finding = judge_descriptors(balancer_of(10'000), of_shell(4096), 1);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_THAT(finding.text, HasSubstr("of this shell (a service may have others)"));
  EXPECT_THAT(judge_descriptors(balancer_of(1000), of_shell(4096), 1).text, HasSubstr("of this shell"));
  EXPECT_THAT(judge_descriptors(balancer_of({}), of_shell(1024), 1).text, HasSubstr("of this shell"));
}

TEST(JudgePorts, WarnsWithoutMaxConnectionsOfWhatTheDescriptorsAllow) {
  const Settings usual = settings_with("net.ipv4.ip_local_port_range", "32768\t60999");
  EXPECT_EQ(judge_ports(balancer_of({}), System::kLinux, usual, 28'232).severity, Severity::kOk);
  const Finding finding = judge_ports(balancer_of({}), System::kLinux, usual, 500'000);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_THAT(finding.text, HasSubstr("of the 500000 sessions of listener 'kube-apiserver', as many as the"));
  EXPECT_THAT(finding.remedy, HasSubstr("or maxConnections in the file"));
  EXPECT_EQ(judge_ports(balancer_of(28'000), System::kLinux, usual, 500'000).severity, Severity::kOk);
}

TEST(JudgePorts, ComparesTheRangeWithWhatAListenerMayHave) {
  const Settings usual = settings_with("net.ipv4.ip_local_port_range", "32768\t60999");
  EXPECT_EQ(judge_ports(balancer_of(28'000), System::kLinux, usual, kFew).severity, Severity::kOk);
  EXPECT_EQ(judge_ports(balancer_of({}), System::kLinux, usual, kFew).severity, Severity::kOk);
  const Finding tight = judge_ports(balancer_of(50'000), System::kLinux, usual, kFew);
  EXPECT_EQ(tight.severity, Severity::kWarning);  // three backends take them, one alone does not
  EXPECT_THAT(tight.text, HasSubstr("when one backend is left"));
  const Finding narrow = judge_ports(balancer_of(90'000), System::kLinux, usual, kFew);
  EXPECT_EQ(narrow.severity, Severity::kProblem);
  EXPECT_THAT(narrow.remedy, HasSubstr("sysctl -w 'net.ipv4.ip_local_port_range=1024 65535' && echo "));
  EXPECT_EQ(judge_ports(balancer_of({}), System::kLinux, kNoSettings, kFew).severity, Severity::kSkipped);
}

TEST(JudgePorts, KnowsFreeBsdsNames) {
  const Settings settings = [](const std::string& name) -> std::optional<std::string> {
    if (name == "net.inet.ip.portrange.first") return "10000";
    if (name == "net.inet.ip.portrange.last") return "65535";
    return std::nullopt;
  };
  EXPECT_THAT(judge_ports(balancer_of({}), System::kFreeBsd, settings, kFew).text, HasSubstr("ports 10000 to 65535"));
  EXPECT_THAT(judge_ports(balancer_of(400'000), System::kFreeBsd, settings, kFew).remedy,
              HasSubstr("'net.inet.ip.portrange.first=1024' >> /etc/sysctl.conf"));
}

TEST(JudgeSettings, WarnsOfAShortBacklogAndOfSmallPipes) {
  const Findings fines = judge_settings(System::kLinux, settings_with("net.core.somaxconn", "4096"));
  for (const Finding& finding : fines) EXPECT_EQ(finding.severity, Severity::kOk) << finding.text;
  EXPECT_EQ(judge_settings(System::kLinux, settings_with("net.core.somaxconn", "128"))[0].severity, Severity::kWarning);
  EXPECT_EQ(judge_settings(System::kLinux, settings_with("fs.pipe-user-pages-soft", "1024"))[2].severity,
            Severity::kWarning);
  EXPECT_EQ(judge_settings(System::kLinux, settings_with("fs.pipe-user-pages-soft", "0"))[2].severity, Severity::kOk);
}

TEST(JudgeSettings, TellsWhatTimeWaitAllows) {
  EXPECT_THAT(judge_settings(System::kLinux, settings_with("net.ipv4.tcp_tw_reuse", "2"))[1].text,
              HasSubstr("enough for 470 new connections a second"));
  EXPECT_THAT(judge_settings(System::kLinux, settings_with("net.ipv4.tcp_tw_reuse", "1"))[1].text, HasSubstr("is 1"));
}

TEST(JudgeSettings, SkipsWhatCannotBeRead) {
  for (const Finding& finding : judge_settings(System::kLinux, kNoSettings)) {
    EXPECT_EQ(finding.severity, Severity::kSkipped);
  }
  EXPECT_EQ(judge_settings(System::kLinux, settings_with("net.core.somaxconn", "lots"))[0].severity,
            Severity::kSkipped);
  ASSERT_EQ(judge_settings(System::kFreeBsd, kNoSettings).size(), 1U);
  EXPECT_THAT(judge_settings(System::kFreeBsd, kNoSettings)[0].text, HasSubstr("kern.ipc.soacceptqueue"));
}

}  // namespace
}  // namespace lb::doctor
