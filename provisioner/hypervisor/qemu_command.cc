#include "provisioner/hypervisor/qemu_command.h"

#include <fmt/format.h>

#include "lib/base/hash.h"
#include "provisioner/cloud_init/mac.h"
#include "provisioner/hypervisor/accelerator.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/hypervisor/tap.h"

namespace provisioner::hypervisor {
namespace {

using Words = std::vector<std::string>;

// The machine's identity, which Kubernetes shows as its node's systemUUID: it stays when the machine is made anew.
// Version 8 (RFC 9562 s5.8): made as we like.
std::string uuid_of(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  const std::string seed = cluster.name + "/" + machine.name + "/uuid/";
  const std::uint64_t high = base::hash(seed + "high");
  const std::uint64_t low = base::hash(seed + "low");
  return fmt::format("{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffffU, high & 0xfffU,
                     0x8000U | (low >> 48 & 0x3fffU), low & 0xffff'ffff'ffffU);
}

void add(Words& words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more);
}

void add_processor(Words& words, const cluster::Machine& machine, const QemuFacts& facts) {
  const bool is_kvm = facts.accelerator == cluster::Accelerator::kKvm;
  // What TCG has translated is kept in so much memory; its own choice is a gigabyte for each machine.
  add(words, {"-machine", "q35", "-accel", is_kvm ? "kvm" : fmt::format("tcg,tb-size={}", kTcgCacheMiB)});
  add(words, {"-cpu", is_kvm ? "host" : "max"});
  add(words, {"-smp", std::to_string(machine.cpus), "-m", fmt::format("{}M", machine.memory >> 20)});
  // What the machine has no use for any more goes back to the host.
  add(words, {"-device", "virtio-balloon-pci,free-page-reporting=on", "-device", "virtio-rng-pci"});
}

void add_disks(Words& words, const MachineFolder& folder) {
  add(words, {"-blockdev",
              fmt::format("driver=qcow2,node-name={},discard=unmap,file.driver=file,file.filename={}", kDiskNode,
                          folder.disk().string()),
              "-device", fmt::format("virtio-blk-pci,drive={},serial=disk,bootindex=1", kDiskNode)});
  add(words,
      {"-blockdev",
       fmt::format("driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename={}", folder.seed().string()),
       "-device", "virtio-blk-pci,drive=seed,serial=seed"});
}

// Without the ROM it does not look for a server to boot from.
void add_network(Words& words, const cluster::Cluster& cluster, const cluster::Machine& machine,
                 const QemuFacts& facts) {
  const bool uses_vhost = facts.has_vhost_net && facts.accelerator == cluster::Accelerator::kKvm;
  add(words,
      {"-netdev",
       fmt::format("tap,id=net,ifname={},script=no,downscript=no{}", tap_of(cluster, machine).name,
                   uses_vhost ? ",vhost=on" : ""),
       "-device", fmt::format("virtio-net-pci,netdev=net,mac={},romfile=", cloud_init::mac_of(cluster, machine))});
}

void add_sockets(Words& words, const MachineFolder& folder) {
  add(words, {"-chardev",
              fmt::format("socket,id=console,path={},server=on,wait=off,logfile={},logappend=on",
                          folder.console().string(), folder.console_log().string()),
              "-serial", "chardev:console"});
  add(words, {"-chardev", fmt::format("socket,id=qmp,path={},server=on,wait=off", folder.qmp().string()), "-mon",
              "chardev=qmp,mode=control"});
}

void add_kernel(Words& words, const cluster::Image& image) {
  if (image.kernel.empty()) return;
  add(words, {"-kernel", image.kernel});
  if (!image.initrd.empty()) add(words, {"-initrd", image.initrd});
  add(words, {"-append", "console=ttyS0" + (image.kernel_arguments.empty() ? "" : " " + image.kernel_arguments)});
}

}  // namespace

Words qemu_command(const cluster::Cluster& cluster, const cluster::Machine& machine, const QemuFacts& facts) {
  const MachineFolder folder(cluster, machine.name);
  Words words{kQemu, "-name", fmt::format("{}/{}", cluster.name, machine.name), "-uuid", uuid_of(cluster, machine)};
  add(words, {"-nodefaults", "-no-user-config", "-display", "none", "-rtc", "base=utc"});
  // A guest that breaks out of QEMU's emulation finds no way to start a program, or to become somebody else.
  add(words, {"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"});
  add_processor(words, machine, facts);
  add_disks(words, folder);
  add_network(words, cluster, machine, facts);
  add_sockets(words, folder);
  add_kernel(words, cluster.hypervisor.image);
  add(words, {"-pidfile", folder.pid_file().string()});
  return words;
}

}  // namespace provisioner::hypervisor
