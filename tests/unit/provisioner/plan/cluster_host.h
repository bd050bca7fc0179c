// A small cluster whose names go to /etc/hosts, and a host in memory that has nothing of it yet. One thread.
#pragma once

#include <string>

#include "lib/cluster/cluster_file.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/plan/world.h"
#include "tests/unit/provisioner/fake_host.h"
#include "tests/unit/provisioner/hypervisor/scripted_qemu.h"

namespace provisioner::plan {

inline constexpr const char* kWorkersLine =
    "    - {name: worker-0, role: worker, address: 10.10.0.21, podCIDR: 10.100.0.0/24}\n";

// `folder`: what is remembered of it.
inline std::string lab_yaml(const std::string& folder = "/srv/lab", const std::string& worker = kWorkersLine) {
  return "apiVersion: keepstate/v1\n"
         "kind: Cluster\n"
         "metadata: {name: lab}\n"
         "spec:\n"
         "  domain: lab.home.arpa\n"
         "  controlPlaneEndpoint: kubernetes.lab.home.arpa:6443\n"
         "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
         "  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.254, bridge: bridge1}\n"
         "  loadBalancer: {vip: 10.10.0.1}\n"
         "  dns: {provider: hosts}\n"
         "  hypervisor:\n"
         "    type: qemu\n"
         "    accel: tcg\n"
         "    folder: " +
         folder + "\n    image: {source: /images/debian.qcow2, sha256: " + std::string(64, 'a') +
         "}\n"
         "  machineDefaults: {cpus: 2, memory: 2GiB, disk: 10GiB}\n"
         "  machines:\n"
         "    - {name: controller-0, role: control-plane, address: 10.10.0.11}\n" +
         worker;
}

inline cluster::Cluster lab_cluster() {
  return cluster::parse_cluster(lab_yaml()).value().cluster;
}

class LabHost : public FakeHost {
 public:
  LabHost() {
    put("/proc/meminfo", "MemTotal: 64000000 kB\nMemAvailable: 60000000 kB\n");
    put("/etc/hosts", "127.0.0.1 localhost\n");
    answer("df -Pk", "Filesystem\n/dev/vda 500000000 0 500000000 0% /\n");
    answer("ip -json", R"(Device "x" does not exist.)", 1);
    answer("ip -j -d address show", "[]");
    answer("ip -4 -j route show", "[]");
    answer("ip -6 -j route show", "[]");
    answer("sysctl -n", "0\n");
    answer("nft -s list", "No such file or directory", 1);
    answer("systemctl", "", 1);
    answer("qemu-img info", R"({"virtual-size": 10737418240, "actual-size": 512, "backing-filename": "/i"})");
  }

  // As though QEMU ran it.
  void run_machine(const cluster::Cluster& cluster, const std::string& name) {
    using std::string_literals::operator""s;
    const hypervisor::MachineFolder folder(cluster, name);
    put(folder.pid_file(), "77");
    put("/proc/77/cmdline", "qemu\0-pidfile\0"s + folder.pid_file().string() + "\0"s);
    put(folder.disk(), "");
    listen(folder.qmp(), qemu_.program());
  }

 private:
  hypervisor::ScriptedQemu qemu_;
};

}  // namespace provisioner::plan
