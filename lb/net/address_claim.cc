#include "lb/net/address_claim.h"

#ifdef __linux__
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"
#endif

namespace lb::net {

#ifdef __linux__
namespace {

using Clock = std::chrono::steady_clock;
using HardwareAddress = std::array<std::uint8_t, ETH_ALEN>;
constexpr int kProbes = 3;

struct Ethernet {
  std::string name;
  int index = 0;
  HardwareAddress hardware{};
};

using Interfaces = std::unique_ptr<ifaddrs, void (*)(ifaddrs*)>;

Interfaces list_interfaces() noexcept {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) first = nullptr;
  return {first, &::freeifaddrs};
}

std::vector<Ethernet> ethernets_of(const ifaddrs* first) {
  std::vector<Ethernet> found;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_PACKET) continue;
    sockaddr_ll link{};
    std::memcpy(&link, one->ifa_addr, sizeof link);
    if (link.sll_hatype != ARPHRD_ETHER || link.sll_halen != ETH_ALEN) continue;
    Ethernet ethernet{one->ifa_name, link.sll_ifindex, {}};
    std::copy_n(link.sll_addr, ETH_ALEN, ethernet.hardware.begin());
    found.push_back(ethernet);
  }
  return found;
}

base::IpNetwork network_of(const ifaddrs& one) {
  sockaddr_in mask{};
  std::memcpy(&mask, one.ifa_netmask, sizeof mask);
  const auto length = static_cast<unsigned>(std::popcount(mask.sin_addr.s_addr));
  sockaddr_in address{};
  std::memcpy(&address, one.ifa_addr, sizeof address);
  const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(address.sin_addr.s_addr);
  return base::IpNetwork::around(base::IpAddress::from_v4(bytes.data()), length);
}

// Whether the interface of this name has the address in a network of its own, and so asks for it by ARP.
bool reaches(const ifaddrs* first, const std::string& name, const base::IpAddress& address) {
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    const bool usable = one->ifa_addr != nullptr && one->ifa_netmask != nullptr &&
                        one->ifa_addr->sa_family == AF_INET && (one->ifa_flags & IFF_UP) != 0;
    if (!usable || one->ifa_name != name) continue;
    const base::IpNetwork network = network_of(*one);
    if (network.prefix_length() < 32 && network.contains(address)) return true;
  }
  return false;
}

ether_arp probe_for(const Ethernet& from, const base::IpAddress& address) noexcept {
  ether_arp probe{};
  probe.ea_hdr.ar_hrd = htons(ARPHRD_ETHER);
  probe.ea_hdr.ar_pro = htons(ETHERTYPE_IP);
  probe.ea_hdr.ar_hln = ETH_ALEN;
  probe.ea_hdr.ar_pln = 4;
  probe.ea_hdr.ar_op = htons(ARPOP_REQUEST);
  std::copy(from.hardware.begin(), from.hardware.end(), probe.arp_sha);  // the sender's IP stays 0.0.0.0: a probe
  std::copy_n(address.bytes().begin(), 4, probe.arp_tpa);
  return probe;
}

bool send_probe(int fd, const Ethernet& ethernet, const ether_arp& probe) noexcept {
  sockaddr_ll everybody{};
  everybody.sll_family = AF_PACKET;
  everybody.sll_protocol = htons(ETH_P_ARP);
  everybody.sll_ifindex = ethernet.index;
  everybody.sll_halen = ETH_ALEN;
  std::fill_n(everybody.sll_addr, ETH_ALEN, std::uint8_t{0xff});
  return ::sendto(fd, &probe, sizeof probe, 0, reinterpret_cast<const sockaddr*>(&everybody), sizeof everybody) > 0;
}

std::string text_of(const HardwareAddress& hardware) {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", hardware[0], hardware[1], hardware[2], hardware[3],
                     hardware[4], hardware[5]);
}

// Waits until somebody says that the address is its own; "" when nobody has.
std::string claimant(int fd, const base::IpAddress& address, const std::vector<Ethernet>& ours, Clock::time_point end) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0) return {};
    ether_arp heard{};
    if (::recv(fd, &heard, sizeof heard, MSG_DONTWAIT) != static_cast<ssize_t>(sizeof heard)) continue;
    if (!std::equal(address.bytes().begin(), address.bytes().begin() + 4, heard.arp_spa)) continue;
    HardwareAddress sender{};
    std::copy_n(heard.arp_sha, ETH_ALEN, sender.begin());
    const bool is_ours = std::ranges::any_of(ours, [&](const Ethernet& one) { return one.hardware == sender; });
    if (!is_ours) return text_of(sender);
  }
}

AddressClaim ask_on(const Ethernet& ethernet, const base::IpAddress& address, const std::vector<Ethernet>& ours,
                    std::chrono::milliseconds patience) {
  const base::UniqueFd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP)));
  if (!fd) return {AddressClaim::Kind::kUnknown, fmt::format("a packet socket: {}", base::errno_text(errno))};
  const ether_arp probe = probe_for(ethernet, address);
  for (int i = 1; i <= kProbes; ++i) {
    if (!send_probe(fd.get(), ethernet, probe)) {
      return {AddressClaim::Kind::kUnknown,
              fmt::format("an ARP probe on {}: {}", ethernet.name, base::errno_text(errno))};
    }
    const std::string who = claimant(fd.get(), address, ours, Clock::now() + patience / kProbes);
    if (!who.empty()) return {AddressClaim::Kind::kSomebody, fmt::format("{} on {}", who, ethernet.name)};
  }
  return {AddressClaim::Kind::kNobody, {}};
}

}  // namespace

AddressClaim who_else_has(const base::IpAddress& address, std::chrono::milliseconds patience) {
  if (address.is_v6()) return {AddressClaim::Kind::kUnknown, "the kernel itself watches over IPv6 addresses (DAD)"};
  const Interfaces interfaces = list_interfaces();
  const std::vector<Ethernet> ours = ethernets_of(interfaces.get());
  AddressClaim answer{AddressClaim::Kind::kUnknown, "no Ethernet of this host is in its network"};
  for (const Ethernet& ethernet : ours) {
    if (!reaches(interfaces.get(), ethernet.name, address)) continue;
    answer = ask_on(ethernet, address, ours, patience);
    if (answer.kind != AddressClaim::Kind::kNobody) return answer;
  }
  return answer;
}
#else
AddressClaim who_else_has(const base::IpAddress&, std::chrono::milliseconds) {
  return {AddressClaim::Kind::kUnknown, "this system is not asked by ARP; its kernel logs who else uses an address"};
}
#endif

}  // namespace lb::net
