// CaRotation: the authority's stages, with its passphrase, and with servers that can be asked. One thread.
#pragma once

#include <optional>

#include "pki/command/rotation.h"
#include "pki/output/succession.h"

namespace pki::command {

class CaRotation final : public Rotation {
 public:
  // All outlive it.
  CaRotation(OpenedPki& pki, const FolderOptions& options, const Surroundings& surroundings)
      : pki_(pki), options_(options), surroundings_(surroundings) {}

  base::Result<plan::RotationStage> read() override;
  base::Result<void> ask(const std::vector<std::string>& servers) override;
  base::Result<output::MadeFiles> add() override;
  base::Result<output::MadeFiles> switch_over() override;
  base::Result<output::MadeFiles> keep_one() override;

 private:
  [[nodiscard]] output::MakeOptions make_options() const;
  [[nodiscard]] base::Result<crypto::SecretText> passphrase(std::string_view question) const;
  // The new authority's key is under a passphrase where the old one's is, under the same, or where one is given.
  [[nodiscard]] base::Result<std::optional<crypto::SecretText>> passphrase_for_new() const;
  [[nodiscard]] base::Result<void> open_next();

  OpenedPki& pki_;
  const FolderOptions& options_;
  const Surroundings& surroundings_;
  output::Succession succession_;
  std::optional<crypto::Key> next_key_;  // once open_next() was asked for
};

}  // namespace pki::command
