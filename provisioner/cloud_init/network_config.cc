#include "provisioner/cloud_init/network_config.h"

#include <fmt/format.h>

#include "provisioner/cloud_init/yaml_text.h"
#include "provisioner/step/mark.h"

namespace provisioner::cloud_init {
namespace {

std::vector<std::string> texts_of(const std::vector<base::IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const base::IpAddress& address : addresses) texts.push_back(address.to_string());
  return texts;
}

}  // namespace

// The name eth0 is what every machine has in common, whatever its bus: the MAC finds the interface, set-name names it.
// The default route is written out: `default` stops cloud-init 22.4 where it has another renderer than netplan, and
// gateway4 is deprecated.
std::string network_config(const Guest& guest) {
  std::string text = fmt::format(
      "# {} a change here is lost.\n"
      "version: 2\n"
      "ethernets:\n"
      "  eth0:\n"
      "    match: {{macaddress: {}}}\n"
      "    set-name: eth0\n"
      "    dhcp4: false\n"
      "    dhcp6: false\n"
      "    accept-ra: false\n"
      "    addresses: [{}]\n",
      step::mark_of(guest.cluster), yaml_word(guest.mac),
      yaml_word(fmt::format("{}/{}", guest.address.to_string(), guest.prefix_length)));
  if (guest.gateway) {
    text += fmt::format("    routes: [{{to: {}, via: {}}}]\n", yaml_word(guest.gateway->is_v6() ? "::/0" : "0.0.0.0/0"),
                        yaml_word(guest.gateway->to_string()));
  }
  if (guest.nameservers.empty() && guest.search.empty()) return text;
  text += "    nameservers:\n";
  if (!guest.nameservers.empty()) text += "      addresses: " + yaml_list(texts_of(guest.nameservers)) + "\n";
  if (!guest.search.empty()) text += "      search: " + yaml_list({guest.search}) + "\n";
  return text;
}

}  // namespace provisioner::cloud_init
