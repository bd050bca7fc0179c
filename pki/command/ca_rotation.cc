#include "pki/command/ca_rotation.h"

#include "pki/command/ask_servers.h"
#include "pki/crypto/pem.h"
#include "pki/output/passphrase.h"
#include "pki/output/rotate_authority.h"

namespace pki::command {

using plan::RotationStage;

base::Result<RotationStage> CaRotation::read() {
  auto succession = output::read_succession(pki_.store.folder(), plan::kAuthority);
  if (!succession) return base::Failure(succession.error());
  succession_ = std::move(*succession);
  return succession_.stage;
}

base::Result<void> CaRotation::ask(const std::vector<std::string>& servers) {
  if (servers.empty() || succession_.stage == RotationStage::kNone) return {};
  if (succession_.stage == RotationStage::kSwitched) return check_servers_show(servers, pki_, surroundings_);
  if (auto opened = open_next(); !opened) return opened;
  return check_servers_trust(servers, succession_.next->certificate, *next_key_, surroundings_);
}

base::Result<output::MadeFiles> CaRotation::add() {
  const auto passphrase = passphrase_for_new();
  if (!passphrase) return base::Failure(passphrase.error());
  output::MakeOptions make = make_options();
  make.authority_passphrase = *passphrase ? &**passphrase : nullptr;
  return output::add_authority(pki_.spec, pki_.contents, succession_, make);
}

base::Result<output::MadeFiles> CaRotation::switch_over() {
  if (auto opened = open_next(); !opened) return base::Failure(opened.error());
  return output::switch_authority(pki_.spec, pki_.contents, succession_, std::move(*next_key_), make_options());
}

base::Result<output::MadeFiles> CaRotation::keep_one() {
  return output::keep_one_authority(pki_.spec, pki_.contents, succession_, make_options());
}

output::MakeOptions CaRotation::make_options() const {
  output::MakeOptions make;
  make.now = surroundings_.now;
  make.threads = surroundings_.threads;
  return make;
}

base::Result<crypto::SecretText> CaRotation::passphrase(std::string_view question) const {
  if (!options_.passphrase_file.empty()) return output::read_passphrase_file(options_.passphrase_file);
  if (surroundings_.prompt) return surroundings_.prompt(question);
  return base::fail("the authority's key has a passphrase; give it by --ca-passphrase-file FILE");
}

base::Result<std::optional<crypto::SecretText>> CaRotation::passphrase_for_new() const {
  if (!pki_.contents.locked_authority_key && options_.passphrase_file.empty()) return std::nullopt;
  auto given = passphrase("Passphrase of ca-key.pem, for the new authority's key too:");
  if (!given) return base::Failure(given.error());
  if (pki_.contents.locked_authority_key) {
    if (auto opened = output::unlock_authority(pki_.contents, given->view()); !opened) {
      return base::Failure(opened.error());
    }
  } else if (auto sound = output::check_new_passphrase(given->view()); !sound) {
    return base::Failure(sound.error());
  }
  return std::optional<crypto::SecretText>(std::move(*given));
}

base::Result<void> CaRotation::open_next() {
  if (next_key_) return {};
  const auto read = [this]() -> base::Result<crypto::Key> {
    const std::string_view text = succession_.next->key.view();
    if (!crypto::has_passphrase(text)) return crypto::Key::from_pem(text);
    const auto given = passphrase("Passphrase of ca-next-key.pem:");
    if (!given) return base::Failure(given.error());
    return crypto::Key::from_pem(text, given->view());
  };
  auto key = read();
  if (!key) return base::fail("{}: {}", plan::next_key_file(plan::kAuthority), key.error().message);
  if (!succession_.next->certificate.is_for(*key)) {
    return base::fail("{} is not for the key in {}; put back the one that belongs to the other",
                      plan::next_certificate_file(plan::kAuthority), plan::next_key_file(plan::kAuthority));
  }
  next_key_.emplace(std::move(*key));
  return {};
}

}  // namespace pki::command
