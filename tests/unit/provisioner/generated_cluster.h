// Clusters that nobody would think of, but that cluster.yaml allows: for tests that hold for every one. The same number
// gives the same cluster. Pure; any thread.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/base/random.h"
#include "lib/cluster/cluster_file.h"

namespace provisioner {

class ClusterGenerator {
 public:
  explicit ClusterGenerator(std::uint64_t number) : random_(number) {}

  [[nodiscard]] std::string yaml() {
    v6_ = one_in(4);
    prefix_ = v6_ ? between(64, 120) : between(16, 27);
    std::string text = fmt::format(
        "apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {{name: {}}}\nspec:\n  controlPlaneEndpoint: "
        "kubernetes.{}:6443\n",
        label(between(1, 63)), domain());
    if (!one_in(4)) text += "  domain: " + domain() + "\n";
    text += "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n";
    text += fmt::format("  nodeNetwork: {{cidr: {}, gateway: {}, bridge: {}, uplink: {}}}\n", network().to_string(),
                        host(1), "br-" + word(between(1, 11)), "wan" + std::to_string(between(0, 9)));
    text += fmt::format("  loadBalancer: {{vip: {}, listeners: [{{name: api}}]}}\n", host(2));
    return text + hypervisor() + access() + dns() + machines();
  }

  [[nodiscard]] cluster::Cluster cluster() {
    const std::string text = yaml();
    auto loaded = cluster::parse_cluster(text);
    if (!loaded) throw std::runtime_error(cluster::to_text(loaded.error(), "generated") + text);
    return std::move(loaded->cluster);
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }
  unsigned between(unsigned least, unsigned most) {
    return least + static_cast<unsigned>(random_() % (most - least + 1));
  }
  template <std::size_t kCount>
  std::string_view one_of(const std::array<std::string_view, kCount>& words) {
    return words[random_() % kCount];
  }
  std::string word(unsigned length) {
    std::string text;
    while (text.size() < length) text += static_cast<char>('a' + random_() % 26);
    return text;
  }
  // RFC 1123: digits may stand anywhere, dashes inside. YAML takes some for numbers, so the file has them in quotes.
  std::string label(unsigned length) {
    std::string text;
    while (text.size() < length) text += "abcxyz0123456789---"[random_() % 19];
    if (text.front() == '-') text.front() = '0';
    if (text.back() == '-') text.back() = 'n';
    return '"' + text + '"';
  }
  std::string domain() {
    std::string text = word(between(1, 20));
    for (unsigned i = between(0, 3); i > 0; --i) text += "." + word(between(2, 20));
    return text;
  }
  base::IpNetwork network() const {
    return base::IpNetwork::around(base::IpAddress::parse(v6_ ? "fd12:3456::" : "10.10.0.0").value(), prefix_);
  }
  std::string host(std::uint64_t n) const { return network().host(n).value().to_string(); }

  std::string hypervisor() {
    std::string text = "  hypervisor:\n    type: qemu\n    image: {source: /srv/image.qcow2}\n";
    text += fmt::format("    accel: {}\n    autostart: {}\n", one_of<3>({"auto", "kvm", "tcg"}),
                        one_of<2>({"true", "false"}));
    return text + "    folder: /srv/" + word(between(1, 12)) + "\n";
  }

  // A comment of a key is whatever its owner likes.
  std::string access() {
    static constexpr std::array<std::string_view, 8> kComments{
        "me@host", "'quoted' \"twice\"", "a: b # c", "$(reboot) `id`", "%% %d {{ x }}", "\\n\\", "- [x, {y: z}]", ""};
    std::string text = "  access:\n    user: " + word(between(1, 32)) + "\n    authorizedKeys:\n";
    for (unsigned i = between(1, 4); i > 0; --i) {
      std::string comment(one_of(kComments));
      for (std::size_t at = 0; (at = comment.find('\'', at)) != std::string::npos; at += 2) comment.insert(at, "'");
      text += fmt::format("      - 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{} {}'\n", word(44), comment);
    }
    return text;
  }

  std::string dns() {
    const std::string_view provider = one_of<3>({"nsd-unbound", "hosts", "none"});
    std::string text = fmt::format("  dns:\n    provider: {}\n", provider);
    if (one_in(2)) text += "    forwarders: [9.9.9.9, 'fd00::53']\n";
    return text;
  }

  std::string machines() {
    std::string text = "  machines:\n";
    const unsigned count = between(1, 6);
    for (unsigned i = 0; i < count; ++i) {
      const bool controller = i == 0 || one_in(3);
      text += fmt::format("    - name: {}\n      role: {}\n      address: {}\n", label(between(5, 20)),
                          controller ? "control-plane" : "worker", host(10 + i));
      if (!controller || one_in(2)) text += fmt::format("      podCIDR: 10.100.{}.0/24\n", i);
      if (one_in(3)) text += fmt::format("      mac: 02:00:5e:10:00:{:02x}\n", i);
      text += fmt::format("      cpus: {}\n      memory: {}MiB\n      disk: {}GiB\n", between(1, 64),
                          between(256, 8192), between(1, 100));
    }
    return text;
  }

  base::Random random_;
  bool v6_ = false;
  unsigned prefix_ = 24;
};

}  // namespace provisioner
