#include "pki/command/rotation.h"

#include "pki/command/ca_rotation.h"
#include "pki/output/encryption_rotation.h"
#include "pki/output/rotate_service_account.h"
#include "pki/output/succession.h"
#include "pki/plan/names.h"

namespace pki::command {
namespace {

class ServiceAccountRotation final : public Rotation {
 public:
  ServiceAccountRotation(OpenedPki& pki, const FolderOptions& options, const Surroundings& surroundings)
      : pki_(pki), options_(options), surroundings_(surroundings) {}

  base::Result<plan::RotationStage> read() override {
    auto succession = output::read_succession(pki_.store.folder(), plan::kServiceAccount);
    if (!succession) return base::Failure(succession.error());
    succession_ = std::move(*succession);
    return succession_.stage;
  }
  base::Result<void> ask(const std::vector<std::string>&) override { return {}; }
  base::Result<output::MadeFiles> add() override {
    if (auto opened = open_authority(pki_, options_, surroundings_); !opened) return base::Failure(opened.error());
    output::MakeOptions make;
    make.now = surroundings_.now;
    return output::add_token_signer(*pki_.spec.find_certificate(plan::kServiceAccount), pki_.contents, succession_,
                                    make);
  }
  base::Result<output::MadeFiles> switch_over() override { return output::switch_token_signer(succession_); }
  base::Result<output::MadeFiles> keep_one() override { return output::keep_one_token_signer(succession_); }

 private:
  OpenedPki& pki_;
  const FolderOptions& options_;
  const Surroundings& surroundings_;
  output::Succession succession_;
};

class EncryptionRotation final : public Rotation {
 public:
  explicit EncryptionRotation(OpenedPki& pki) : pki_(pki) {}

  base::Result<plan::RotationStage> read() override {
    if (!pki_.contents.encryption) {
      return base::fail(
          "{} is missing; put it back from where you keep it, or, where nothing was ever encrypted, let "
          "`keepstate-pki issue encryption-config --anew` make one",
          file());
    }
    auto stage = output::stage_of(*pki_.contents.encryption);
    if (!stage) return base::fail("{}: {}", file(), stage.error().message);
    return stage;
  }
  base::Result<void> ask(const std::vector<std::string>&) override { return {}; }
  base::Result<output::MadeFiles> add() override {
    auto added = output::add_encryption_key(*pki_.contents.encryption, pki_.spec.encryption);
    if (!added) return base::Failure(added.error());
    return written();
  }
  base::Result<output::MadeFiles> switch_over() override {
    output::switch_encryption_keys(*pki_.contents.encryption);
    return written();
  }
  base::Result<output::MadeFiles> keep_one() override {
    output::drop_last_encryption_key(*pki_.contents.encryption);
    return written();
  }

 private:
  [[nodiscard]] std::string file() const { return (pki_.store.folder() / plan::kEncryptionConfigFile).string(); }

  [[nodiscard]] output::MadeFiles written() const {
    const auto& config = *pki_.contents.encryption;
    std::string what = "encrypts by " + config.keys.front().name;
    for (std::size_t i = 1; i < config.keys.size(); ++i) what += ", also decrypts by " + config.keys[i].name;
    const std::string name(plan::kEncryptionConfigFile);
    output::MadeFiles made;
    made.notes.push_back({name, plan::Action::kReplace, std::move(what)});
    made.files.push_back({name, output::write_encryption_config(config), output::kKeyMode, output::Placing::kReplace});
    return made;
  }

  OpenedPki& pki_;
};

}  // namespace

std::unique_ptr<Rotation> rotation_of(plan::RotationKind kind, OpenedPki& pki, const FolderOptions& options,
                                      const Surroundings& surroundings) {
  switch (kind) {
    case plan::RotationKind::kCa:
      return std::make_unique<CaRotation>(pki, options, surroundings);
    case plan::RotationKind::kServiceAccountKey:
      return std::make_unique<ServiceAccountRotation>(pki, options, surroundings);
    case plan::RotationKind::kEncryptionKey:
      return std::make_unique<EncryptionRotation>(pki);
  }
  return nullptr;  // no value of the enumeration comes here
}

}  // namespace pki::command
