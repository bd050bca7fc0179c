#include "provisioner/cloud_init/user_data.h"

#include <fmt/format.h>

#include "provisioner/cloud_init/yaml_text.h"
#include "provisioner/step/mark.h"

namespace provisioner::cloud_init {
namespace {

constexpr const char* kVipUnit = "/etc/systemd/system/keepstate-vip.service";
constexpr const char* kVipWanted = "/etc/systemd/system/multi-user.target.wants/keepstate-vip.service";

std::string identity(const Guest& guest) {
  std::string text = fmt::format(
      "#cloud-config\n"
      "# {} a change here is lost.\n"
      "hostname: {}\n",
      step::mark_of(guest.cluster), yaml_word(guest.name));
  if (guest.fqdn != guest.name) text += "fqdn: " + yaml_word(guest.fqdn) + "\n";
  return text + "manage_etc_hosts: false\n";
}

std::string user(const Guest& guest) {
  std::string text = fmt::format(
      "users:\n"
      "  - name: {}\n"
      "    gecos: Keepstate\n"
      "    shell: /bin/bash\n"
      "    lock_passwd: true\n"
      "    sudo: \"ALL=(ALL) NOPASSWD:ALL\"\n"
      "    ssh_authorized_keys:\n",
      yaml_word(guest.user));
  for (const std::string& key : guest.authorized_keys) text += "      - " + yaml_word(key) + "\n";
  return text +
         "ssh_pwauth: false\n"
         "disable_root: true\n";
}

std::string disk() {
  return "growpart: {mode: auto, devices: [\"/\"], ignore_growroot_disabled: false}\n"
         "resize_rootfs: true\n";
}

// Once a seed, before the modules that write: what an earlier seed wrote and this one may not want goes, so that a key
// that was taken out of cluster.yaml opens nothing any more. Once a disk: the host keys that came with the image, which
// all machines made of it would share; those of a machine outlive a change of its seed (ssh_deletekeys does not).
std::string first_commands(const Guest& guest) {
  const std::string keys = "/home/" + guest.user + "/.ssh/authorized_keys";
  return fmt::format(
      "bootcmd:\n"
      "  - [cloud-init-per, instance, keepstate-earlier, rm, -f, {}, {}, {}]\n"
      "  - [cloud-init-per, once, keepstate-host-keys, sh, -c, \"rm -f /etc/ssh/ssh_host_*\"]\n"
      "ssh_deletekeys: false\n"
      "ssh_genkeytypes: [ed25519, ecdsa]\n",
      yaml_word(keys), kVipUnit, kVipWanted);
}

std::string hosts_file(const Guest& guest) {
  std::string text = fmt::format(
      "# {} the next seed writes it anew.\n"
      "127.0.0.1 localhost\n"
      "::1 localhost ip6-localhost ip6-loopback\n"
      "ff02::1 ip6-allnodes\n"
      "ff02::2 ip6-allrouters\n",
      step::mark_of(guest.cluster));
  for (const HostsLine& line : guest.hosts) {
    text += fmt::format("{} {}\n", line.address.to_string(), fmt::join(line.names, " "));
  }
  return text;
}

// A machine with the VIP must not say so on the wire, or it would take the address from the host: arp_ignore=1 answers
// no request for it, arp_announce=2 never asks in its name; both are needed, and before the address is there. (IPv6
// answers only for the addresses of the interface that was asked on.) The unit's condition is the unit itself: when a
// later seed has removed it in this boot, systemd still has it in mind.
std::string vip_unit(const base::IpAddress& vip) {
  std::string text = fmt::format(
      "[Unit]\n"
      "Description=The API's virtual address on this machine\n"
      "After=cloud-init.service\n"
      "ConditionPathExists={}\n"
      "[Service]\n"
      "Type=oneshot\n"
      "RemainAfterExit=yes\n",
      kVipUnit);
  if (!vip.is_v6()) {
    text +=
        "ExecStartPre=/bin/sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore'\n"
        "ExecStartPre=/bin/sh -c 'echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce'\n";
  }
  const std::string address = fmt::format("{}/{}", vip.to_string(), vip.bit_length());
  return text + fmt::format(
                    "ExecStart=/bin/sh -c 'exec ip address replace {0} dev lo'\n"
                    "ExecStop=/bin/sh -c 'exec ip address del {0} dev lo'\n"
                    "[Install]\n"
                    "WantedBy=multi-user.target\n",
                    address);
}

std::string file(const char* path, const std::string& content) {
  return fmt::format(
      "  - path: {}\n"
      "    content: |\n"
      "{}",
      path, indented(content, 6));
}

std::string files(const Guest& guest) {
  std::string text = "write_files:\n" + file("/etc/hosts", hosts_file(guest));
  if (!guest.vip) return text;
  return text + file(kVipUnit, vip_unit(*guest.vip)) +
         "runcmd:\n"
         "  - [systemctl, daemon-reload]\n"
         "  - [systemctl, enable, --now, keepstate-vip.service]\n";
}

}  // namespace

std::string user_data(const Guest& guest) {
  return identity(guest) + user(guest) + disk() + first_commands(guest) + files(guest);
}

}  // namespace provisioner::cloud_init
