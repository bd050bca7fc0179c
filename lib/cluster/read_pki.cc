#include "lib/cluster/read_pki.h"

#include "lib/base/lifetime.h"
#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

constexpr OneOf<KeyAlgorithm, kKeyAlgorithmNames.size()> kKeyAlgorithm{kKeyAlgorithmNames};
constexpr OneOf<EncryptionProvider, kEncryptionProviderNames.size()> kProvider{kEncryptionProviderNames};

// The values of the list `permit`, of both kinds; each goes where it belongs.
class Permit {
 public:
  explicit Permit(NameConstraints& constraints) : constraints_(constraints) {}

  base::Result<std::string> operator()(std::string_view text) const {
    if (auto network = parse_source_network(text)) {
      constraints_.networks.push_back(*network);
    } else if (text.find('/') != std::string_view::npos || text.find(':') != std::string_view::npos) {
      return base::Failure(network.error());
    } else if (auto domain = parse_domain(text)) {
      constraints_.domains.push_back(std::move(*domain));
    } else {
      return domain;
    }
    return std::string(text);
  }

 private:
  NameConstraints& constraints_;
};

// A host that clients reach the API server by. What can only be an address is judged as one.
base::Result<std::string> parse_extra_name(std::string_view text) {
  const bool digits = text.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!digits && text.find(':') == std::string_view::npos) return parse_domain(text);
  auto address = base::IpAddress::parse(text);
  if (!address) return base::Failure(address.error());
  return address->to_string();
}

void read_name_constraints(MapReader& in, Pki& pki) {
  bool enabled = true;
  NameConstraints constraints;
  std::vector<std::string> permitted;
  in.read("enabled", enabled, kYesOrNo);
  in.read_values("permit", permitted, Permit(constraints));
  if (enabled) pki.name_constraints = std::move(constraints);
}

}  // namespace

void read_pki(MapReader& in, Pki& pki) {
  in.read("algorithm", pki.algorithm, kKeyAlgorithm);
  in.read("serviceAccountAlgorithm", pki.service_account_algorithm, kKeyAlgorithm);
  in.read_map("validity", [&](MapReader& map) {
    map.read("ca", pki.authority_validity, base::parse_lifetime);
    map.read("leaf", pki.leaf_validity, base::parse_lifetime);
  });
  in.read_values("certSANs", pki.extra_names, parse_extra_name);
  in.read_map("nameConstraints", [&](MapReader& map) { read_name_constraints(map, pki); });
  in.read_map("encryption", [&](MapReader& map) { map.read("provider", pki.encryption, kProvider); });
}

}  // namespace cluster
