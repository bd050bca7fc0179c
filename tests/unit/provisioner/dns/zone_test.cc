#include "provisioner/dns/zone.h"

#include <gmock/gmock.h>

namespace provisioner::dns {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::sys_days kToday = std::chrono::year(2026) / 11 / 30;

Zone small_zone() {
  return {.name = "lab.home.arpa.",
          .name_server = "ns.lab.home.arpa.",
          .records = {{"ns.lab.home.arpa.", "A", "10.10.0.254"}, {"a.lab.home.arpa.", "AAAA", "fd00::1"}}};
}

TEST(Serial, IsTodaysDateOrOneMore) {
  EXPECT_EQ(next_serial(std::nullopt, kToday), 2026113000U);
  EXPECT_EQ(next_serial(2026112999U, kToday), 2026113000U);
  EXPECT_EQ(next_serial(2026113000U, kToday), 2026113001U);
  EXPECT_EQ(next_serial(2030010100U, kToday), 2030010101U);  // a clock that went back: serials never do
}

TEST(Zone, IsAMasterFile) {
  EXPECT_EQ(render_zone(small_zone(), 2026113000, "ours"),
            "; ours\n"
            "$ORIGIN lab.home.arpa.\n"
            "$TTL 300\n"
            "@ IN SOA ns.lab.home.arpa. hostmaster.lab.home.arpa. (\n"
            "  2026113000 ; serial\n"
            "  3600 600 604800 300 )\n"
            "@ IN NS ns.lab.home.arpa.\n"
            "ns.lab.home.arpa. IN A    10.10.0.254\n"
            "a.lab.home.arpa.  IN AAAA fd00::1\n");
}

TEST(Zone, MovesItsSerialOnlyWithItsContent) {
  const std::string first = zone_text(small_zone(), "ours", std::nullopt, kToday);
  EXPECT_EQ(serial_in(first), 2026113000U);
  EXPECT_EQ(zone_text(small_zone(), "ours", first, kToday + std::chrono::days(3)), first);
  Zone other = small_zone();
  other.records.pop_back();
  EXPECT_EQ(serial_in(zone_text(other, "ours", first, kToday)), 2026113001U);
  EXPECT_EQ(serial_in(zone_text(other, "ours", first, kToday + std::chrono::days(1))), 2026120100U);
  EXPECT_EQ(serial_in(zone_text(other, "ours", "; somebody's", kToday)), 2026113000U);
  EXPECT_EQ(serial_in("  x ; serial\n"), std::nullopt);
}

TEST(Zone, IsHeldAgainstWhatNsdLetsPass) {
  EXPECT_TRUE(lint_zone(small_zone()));
  Zone zone = small_zone();
  zone.records.erase(zone.records.begin());
  EXPECT_THAT(lint_zone(zone).error().message, HasSubstr("its name server ns.lab.home.arpa. has no address"));
  zone = small_zone();
  zone.records.push_back({"_x._tcp.lab.home.arpa.", "SRV", "0 0 2380 b.lab.home.arpa."});
  EXPECT_THAT(lint_zone(zone).error().message, HasSubstr("leads to b.lab.home.arpa., which has no address"));
  zone = small_zone();
  zone.records.push_back({"a.other.", "A", "10.0.0.1"});
  EXPECT_THAT(lint_zone(zone).error().message, HasSubstr("lies outside"));
  zone = small_zone();
  zone.records.push_back({"a.lab.home.arpa.", "AAAA", "fd00::2"});
  EXPECT_THAT(lint_zone(zone).error().message, HasSubstr("would have 2 addresses"));
}

TEST(ReverseNames, OfAddresses) {
  EXPECT_EQ(reverse_name(base::IpAddress::parse("10.10.0.11").value()), "11.0.10.10.in-addr.arpa.");
  EXPECT_EQ(reverse_name(base::IpAddress::parse("2001:db8::567:89ab").value()),
            "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
}

TEST(ReverseNames, OfNetworks) {
  const auto zone = [](const char* network) { return reverse_zone_name(base::IpNetwork::parse(network).value()); };
  EXPECT_EQ(zone("10.10.0.0/24"), "0.10.10.in-addr.arpa.");
  EXPECT_EQ(zone("10.10.0.0/22"), "10.10.in-addr.arpa.");
  EXPECT_EQ(zone("10.10.0.64/26"), "0.10.10.in-addr.arpa.");
  EXPECT_EQ(zone("10.0.0.0/8"), "10.in-addr.arpa.");
  EXPECT_EQ(zone("fd00:10::/64"), "0.0.0.0.0.0.0.0.0.1.0.0.0.0.d.f.ip6.arpa.");
}

}  // namespace
}  // namespace provisioner::dns
