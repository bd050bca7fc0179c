// Steps: which files a command keeps, makes or replaces. Made here from what is there and what is asked; carried out by
// pki/output/make_files.h. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "pki/plan/inventory.h"
#include "pki/plan/pki_spec.h"

namespace pki::plan {

enum class Action { kKeep, kMake, kReplace };

struct CertificateStep {
  CertificateSpec spec;
  Action key = Action::kKeep;
  Action certificate = Action::kKeep;
};

struct KubeconfigStep {
  KubeconfigSpec spec;
  Action file = Action::kKeep;
};

struct Steps {
  std::vector<CertificateStep> certificates;  // one for each of the spec, the authority first
  std::vector<KubeconfigStep> kubeconfigs;    // likewise
  Action encryption = Action::kKeep;
  cluster::EncryptionProvider encryption_provider = cluster::EncryptionProvider::kSecretbox;  // of a new key

  // Those that are made or replaced, in the order in which they are told.
  [[nodiscard]] std::vector<std::string> changed_files() const;
  // Whether a certificate is made that the authority signs, the authority's own included.
  [[nodiscard]] bool signs() const;
};

// Nothing is made, nothing is replaced.
[[nodiscard]] Steps keep_all(const PkiSpec& spec);

enum class KeyWish { kKeep, kNew };

// Edits, from which commands put their steps together (plan_init.h, plan_issue.h, plan_renew.h).

// The certificate, and its key where that is missing too.
void make_missing(const Inventory& inventory, CertificateStep& step);
// The certificate is issued again. A key that is missing is made; the service-account key is never replaced.
void renew(const Inventory& inventory, KeyWish key, CertificateStep& step);
// Written, whether it is there or not.
void write_kubeconfig(const Inventory& inventory, KubeconfigStep& step);
// Kubeconfigs that embed a changed certificate, or an authority that has changed, are written anew.
void follow_changes(const Inventory& inventory, Steps& steps);

// Null: there is none of that name.
[[nodiscard]] CertificateStep* find_step(Steps& steps, const std::string& name);

}  // namespace pki::plan
