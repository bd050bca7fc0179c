#include "pki/plan/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pki/plan/judge_certificate.h"
#include "pki/plan/moment.h"

namespace pki::plan {
namespace {

std::vector<Reason> judge_kubeconfig(const KubeconfigSpec& spec, const Inventory& inventory) {
  const auto found = inventory.kubeconfigs.find(spec.file);
  if (found == inventory.kubeconfigs.end()) return {{Cause::kMissing, Weight::kMake, "it is missing"}};
  std::vector<Reason> reasons;
  const auto stale = [&](std::string text) { reasons.push_back({Cause::kStale, Weight::kBroken, std::move(text)}); };
  const PresentKubeconfig& present = found->second;
  if (present.server != spec.server) {
    stale(fmt::format("it goes to {}, but cluster.yaml says {}", present.server, spec.server));
  }
  // What is missing is told where it is missing.
  const PresentPair pair = inventory.pair(spec.certificate);
  const bool has_authority = inventory.pair(std::string(kAuthority)).certificate.has_value();
  if (has_authority && !present.same_authority) stale("it trusts another authority than ca.pem");
  if (pair.certificate && !present.same_certificate) {
    stale(fmt::format("it embeds another certificate than {}.pem", spec.certificate));
  }
  if (pair.has_key && !present.same_key) stale(fmt::format("it embeds another key than {}-key.pem", spec.certificate));
  return reasons;
}

std::vector<Reason> judge_encryption(const PkiSpec& spec, const Inventory& inventory) {
  if (!inventory.encryption) {
    if (!has_been_made(inventory)) return {{Cause::kMissing, Weight::kMake, "it is missing"}};
    return {
        {Cause::kLost, Weight::kOperator,
         "it is missing while other files of the cluster are there, and what its keys have encrypted in etcd can be "
         "read by no others; put it back from where you keep it, or, where there never was one or it is lost for "
         "good, let `keepstate-pki issue encryption-config --anew` make another"}};
  }
  const auto present = inventory.encryption->provider;
  if (present == spec.encryption) return {};
  return {{Cause::kProvider, Weight::kRemark,
           fmt::format("it writes by {}, but cluster.yaml says {}; rotate-encryption-key changes that without losing "
                       "what is written",
                       cluster::name_of(present), cluster::name_of(spec.encryption))}};
}

// Of one that has ended nothing is to be said: it opens nothing.
std::vector<Reason> judge_left_over(const LeftOver& left_over, const Moment& moment) {
  const PresentCertificate& present = left_over.certificate;
  if (moment.now > present.not_after) return {};
  return {
      {Cause::kLeftOver, Weight::kRemark,
       fmt::format("cluster.yaml does not ask for it (any more), but until {} whoever has its key is {}: Kubernetes "
                   "revokes no certificate, only rotate-ca ends it sooner; destroy the key wherever it was, then "
                   "remove the file here",
                   date_text(present.not_after), present.subject_text)}};
}

void add(std::string name, std::string file, std::vector<Reason> reasons, std::vector<Assessment>& all) {
  if (!reasons.empty()) all.push_back({std::move(name), std::move(file), std::move(reasons)});
}

}  // namespace

Weight Assessment::worst() const {
  return std::max_element(reasons.begin(), reasons.end(),
                          [](const Reason& a, const Reason& b) { return a.weight < b.weight; })
      ->weight;
}

bool has_been_made(const Inventory& inventory) {
  const auto is_there = [](const auto& pair) {
    return pair.first != kAuthority && (pair.second.has_key || pair.second.certificate);
  };
  return inventory.encryption || !inventory.kubeconfigs.empty() ||
         std::any_of(inventory.pairs.begin(), inventory.pairs.end(), is_there);
}

std::vector<Assessment> assess(const PkiSpec& spec, const Inventory& inventory, const Moment& moment) {
  std::vector<Assessment> all;
  for (const auto& certificate : spec.certificates) {
    auto reasons = certificate.kind == CertificateKind::kAuthority ? judge_authority(spec, inventory, moment)
                                                                   : judge_leaf(certificate, inventory, moment);
    const bool key_only = !reasons.empty() && reasons.front().cause == Cause::kNoKey;
    add(certificate.name, key_only ? key_file(certificate) : certificate_file(certificate), std::move(reasons), all);
  }
  for (const auto& kubeconfig : spec.kubeconfigs) {
    add(kubeconfig.file, kubeconfig.file, judge_kubeconfig(kubeconfig, inventory), all);
  }
  add(std::string(kEncryptionConfigFile), std::string(kEncryptionConfigFile), judge_encryption(spec, inventory), all);
  for (const auto& left_over : inventory.left_overs) {
    add(left_over.file, left_over.file, judge_left_over(left_over, moment), all);
  }
  return all;
}

}  // namespace pki::plan
