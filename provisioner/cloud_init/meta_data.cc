#include "provisioner/cloud_init/meta_data.h"

#include <fmt/format.h>

#include "lib/base/hash.h"
#include "provisioner/cloud_init/yaml_text.h"
#include "provisioner/step/mark.h"

namespace provisioner::cloud_init {

std::string meta_data(const Guest& guest, std::string_view inputs) {
  std::string facts = fmt::format("local-hostname: {}\n", yaml_word(guest.name));
  if (guest.pod_cidr) facts += fmt::format("pod-cidr: {}\n", yaml_word(guest.pod_cidr->to_string()));
  const std::uint64_t hash = base::hash(fmt::format("{}{}", facts, inputs));
  return fmt::format(
      "# {} a change here is lost.\n"
      "instance-id: {}\n"
      "{}",
      step::mark_of(guest.cluster), yaml_word(fmt::format("{}-{:016x}", guest.name, hash)), facts);
}

}  // namespace provisioner::cloud_init
