// What cluster.yaml says of how machines come to be: hypervisor, image, who may log in, names (spec.hypervisor,
// spec.access, spec.dns), with every default filled in. Plain values, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"

namespace cluster {

enum class HypervisorKind { kAuto, kQemu, kCbsd };  // kAuto: cbsd on FreeBSD, qemu elsewhere
enum class Accelerator { kAuto, kKvm, kTcg };       // kAuto: kvm where it really starts a guest, else tcg

// What the machines' disks begin as.
struct Image {
  std::string source;            // http:// or https:// URL, or an absolute path; "": none
  std::string sha256;            // 64 hexadecimal digits in lower case; "": not looked at
  std::string kernel;            // absolute path of a kernel that qemu starts itself; "": the image's boot loader does
  std::string initrd;            // of that kernel; "": none
  std::string kernel_arguments;  // of that kernel, beside those for the console

  friend bool operator==(const Image&, const Image&) = default;
};

struct Hypervisor {
  HypervisorKind kind = HypervisorKind::kAuto;
  Accelerator accelerator = Accelerator::kAuto;  // qemu
  std::string folder;     // absolute: images, disks, and what we remember of what we made; filled in by complete()
  bool autostart = true;  // machines start with the host
  Image image;            // qemu
  std::string profile = "cloud-debian-x86-12";  // cbsd: vm_os_profile, which names its image
};

// Who may log in to the machines over ssh.
struct Access {
  std::string user = "keepstate";            // is made, and may sudo without a password
  std::vector<std::string> authorized_keys;  // lines of authorized_keys(5): "ssh-ed25519 AAAA... comment"
  std::string key_file;  // absolute: the private key that we log in with; "": a pair of ours in Hypervisor::folder
};

enum class DnsProvider { kNsdUnbound, kHosts, kNone };

struct Dns {
  DnsProvider provider = DnsProvider::kNsdUnbound;
  // Whom Unbound asks for the rest of the world; empty: it asks from the root. Without Unbound, whom the machines ask.
  std::vector<base::IpAddress> forwarders;
};

}  // namespace cluster
