#include "pki/command/new_passphrase.h"

namespace pki::command {
namespace {

base::Result<crypto::SecretText> ask_twice(const Surroundings& surroundings) {
  if (!surroundings.prompt) return base::fail("nobody can be asked for a passphrase; give --ca-passphrase-file FILE");
  auto first = surroundings.prompt("New passphrase of ca-key.pem:");
  if (!first) return first;
  const auto second = surroundings.prompt("The same again:");
  if (!second) return base::Failure(second.error());
  if (first->view() != second->view()) return base::fail("the two passphrases differ; run this again");
  return first;
}

}  // namespace

base::Result<std::optional<crypto::SecretText>> new_passphrase(const plan::Steps& steps,
                                                               const std::filesystem::path& file, bool ask,
                                                               const Surroundings& surroundings) {
  const bool makes_key = steps.certificates.front().key != plan::Action::kKeep;
  if (!makes_key || (file.empty() && !ask)) return std::nullopt;
  auto passphrase = file.empty() ? ask_twice(surroundings) : output::read_passphrase_file(file);
  if (!passphrase) return base::Failure(passphrase.error());
  if (const auto sound = output::check_new_passphrase(passphrase->view()); !sound) return base::Failure(sound.error());
  return std::optional<crypto::SecretText>(std::move(*passphrase));
}

}  // namespace pki::command
