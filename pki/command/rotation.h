// Rotation: one of the three keys that are changed in stages, as rotate.h drives it: which stage its files are in, and
// what each next stage changes. Nothing is written here. One thread; the OpenedPki outlives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pki/command/opened_pki.h"
#include "pki/output/make_files.h"
#include "pki/plan/rotation.h"

namespace pki::command {

class Rotation {
 public:
  virtual ~Rotation() = default;

  // First: reads the files. An error names one that does not fit.
  [[nodiscard]] virtual base::Result<plan::RotationStage> read() = 0;
  // Whether live servers have the stage that the files are in. Only rotate-ca is given any.
  [[nodiscard]] virtual base::Result<void> ask(const std::vector<std::string>& servers) = 0;
  [[nodiscard]] virtual base::Result<output::MadeFiles> add() = 0;
  [[nodiscard]] virtual base::Result<output::MadeFiles> switch_over() = 0;
  [[nodiscard]] virtual base::Result<output::MadeFiles> keep_one() = 0;
};

[[nodiscard]] std::unique_ptr<Rotation> rotation_of(plan::RotationKind kind, OpenedPki& pki,
                                                    const FolderOptions& options, const Surroundings& surroundings);

}  // namespace pki::command
