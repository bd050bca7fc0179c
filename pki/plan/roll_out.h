// What an operator does once files have changed: where each goes, and what is to be restarted there. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "pki/plan/pki_spec.h"

namespace pki::plan {

// Lines for people: the machines with what is to be restarted on them, in the order in which it is wise; the files that
// go to machines where nothing is to be restarted; and the kubeconfigs that no machine has, but somebody may. "" where
// nothing of it is.
[[nodiscard]] std::string roll_out_text(const std::vector<std::string>& files, const PkiSpec& spec);

}  // namespace pki::plan
