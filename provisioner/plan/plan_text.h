// A Plan in words: what `plan` prints, as text and as JSON. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "provisioner/step/change.h"

namespace provisioner::plan {

struct Count {
  unsigned create = 0;
  unsigned change = 0;
  unsigned remove = 0;
  unsigned same = 0;

  [[nodiscard]] bool nothing_to_do() const noexcept { return create + change + remove == 0; }
};
[[nodiscard]] Count count(const step::Plan& plan);

enum class Telling { kAll, kDifferences };  // kAll: also what is as it should be

// A block for the host, one for each machine, a line a change: "  ~ bridge  bridge1  address: 10.10.0.254 is missing".
// Ends with the sum.
[[nodiscard]] std::string to_text(const step::Plan& plan, Telling telling);

// {"create": 2, ..., "changes": [{"action": "create", "kind": "bridge", "name": "bridge1", "machine": "", "why": ...}]}
[[nodiscard]] std::string to_json(const step::Plan& plan);

// The steps as a shell script.
[[nodiscard]] std::string to_script(const step::Plan& plan);

// "+", "~", "-", "=".
[[nodiscard]] std::string_view sign_of(step::Action action) noexcept;

}  // namespace provisioner::plan
