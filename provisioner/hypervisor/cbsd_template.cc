#include "provisioner/hypervisor/cbsd_template.h"

#include <fmt/format.h>

#include "provisioner/step/mark.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;

// The line that modules/bsdconf.d/cloudinit needs wherever it puts a machine's name into a file, meta-data among them.
constexpr std::string_view kScript = R"sh(#!/bin/sh
# Has CBSD's cloudinit script put ci_pod_cidr into cloud-init's meta-data, and installs the template beside it. A second
# run changes nothing; an upgrade of CBSD undoes it, so run it again then.
#
# usage: sh install.sh [DISTDIR]     where CBSD is installed, by default /usr/local/cbsd
set -eu
here=$(cd "$(dirname "$0")" && pwd)
modules=${1:-/usr/local/cbsd}/modules/bsdconf.d
script=$modules/cloudinit
[ -f "$script" ] || { echo "there is no $script; give the folder that CBSD is installed in" >&2; exit 1; }
if ! grep -q '%%ci_pod_cidr%%' "$script"; then
  # Behind each line:  -e "s:%%ci_fqdn%%:${ci_fqdn}:g" \
  # comes this one:    -e "s#%%ci_pod_cidr%%#${ci_pod_cidr}#g" \
  awk '{ print }
       /-e "s:%%ci_fqdn%%:\$\{ci_fqdn\}:g" \\$/ {
         sub(/-e .*/, ""); print $0 "-e \"s#%%ci_pod_cidr%%#${ci_pod_cidr}#g\" \\"
       }' "$script" >"$script.keepstate-new"
  grep -q '%%ci_pod_cidr%%' "$script.keepstate-new" || {
    rm -f "$script.keepstate-new"
    echo "$script is not as it was in CBSD 14.1; add the line by hand where meta-data is made" >&2
    exit 1
  }
  chmod 0555 "$script.keepstate-new"
  mv -f "$script.keepstate-new" "$script"
  echo "changed $script"
fi
mkdir -p "$modules/cloud-tpl/keepstate"
for part in "$here"/cloud-tpl/keepstate/*; do
  cmp -s "$part" "$modules/cloud-tpl/keepstate/${part##*/}" && continue
  cp "$part" "$modules/cloud-tpl/keepstate/"
  echo "placed $modules/cloud-tpl/keepstate/${part##*/}"
done
)sh";

std::string user_data_head(const Cluster& cluster) {
  return fmt::format(
      "#cloud-config\n"
      "# {} a template of CBSD.\n"
      "ssh_pwauth: false\n"
      "disable_root: true\n"
      "users:\n",
      step::mark_of(cluster));
}

constexpr std::string_view kUser =
    "  - name: %%ci_login%%\n"
    "    shell: /bin/bash\n"
    "    sudo: \"ALL=(ALL) NOPASSWD:ALL\"\n"
    "    lock_passwd: true\n"
    "    ssh_authorized_keys:\n"
    "      - \"%%ci_pubkey%%\"\n";

// One card alone, whatever its name: only who knows its MAC could give it another one, and CBSD does not tell it here.
constexpr std::string_view kInterface =
    "  %%ci_interface_name%%:\n"
    "    match: {name: \"e*\"}\n"
    "    dhcp4: false\n"
    "    dhcp6: false\n"
    "    accept-ra: false\n";

std::string addresses(const Cluster& cluster) {
  std::string text = "    addresses: [\"%%ci_ip4_addr%%\"]\n";
  const bool has_gateway = cluster.node_network && !cluster.node_network->gateway.is_unspecified();
  if (!has_gateway) return text;
  return text + fmt::format("    routes: [{{to: \"{}\", via: \"%%ci_gw4%%\"}}]\n",
                            cluster.node_network->gateway.is_v6() ? "::/0" : "0.0.0.0/0");
}

std::string nameservers(const Cluster& cluster) {
  std::string text = "    nameservers:\n      addresses: [\"%%ci_nameserver_address%%\"]\n";
  return cluster.domain.empty() ? text : text + "      search: [\"%%ci_nameserver_search%%\"]\n";
}

constexpr std::string_view kMetaData =
    "instance-id: %%ci_jname%%\n"
    "local-hostname: %%ci_jname%%\n"
    "pod-cidr: %%ci_pod_cidr%%\n";

}  // namespace

step::RenderedFiles cbsd_template(const Cluster& cluster) {
  const std::filesystem::path top = "cbsd-template";
  const std::filesystem::path folder = top / "cloud-tpl" / kCbsdTemplate;
  const std::string network_head =
      fmt::format("# {} a template of CBSD.\nversion: 2\nethernets:\n", step::mark_of(cluster));
  return {{top / "install.sh", {std::string(kScript), 0755}},
          {folder / "10-user-data", {user_data_head(cluster)}},
          {folder / "20-user-data-user-lockpassword", {std::string(kUser)}},
          {folder / "10-network-config", {network_head}},
          {folder / "20-network-config-interface", {std::string(kInterface)}},
          {folder / "30-network-config-static", {addresses(cluster)}},
          {folder / "40-network-config", {nameservers(cluster)}},
          {folder / "meta-data", {std::string(kMetaData)}}};
}

}  // namespace provisioner::hypervisor
