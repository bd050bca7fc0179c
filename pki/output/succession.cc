#include "pki/output/succession.h"

#include <algorithm>
#include <utility>

#include "lib/base/file_system.h"
#include "pki/crypto/base64.h"
#include "pki/output/secret_file.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using plan::RotationStage;

std::string trusted_file(const Succession& succession) {
  return succession.name + ".pem";
}

bool is_present(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

base::Result<std::vector<crypto::Certificate>> certificates_in(const fs::path& path) {
  const auto text = base::read_file(path);
  if (!text) return base::Failure(text.error());
  auto all = crypto::Certificate::all_from_pem(*text);
  if (!all) return base::fail("{}: {}; put back a good copy", path.string(), all.error().message);
  return all;
}

base::Result<std::optional<Successor>> read_next(const fs::path& folder, const std::string& name) {
  const fs::path certificate = folder / plan::next_certificate_file(name);
  const fs::path key = folder / plan::next_key_file(name);
  const bool has_certificate = is_present(certificate);
  const bool has_key = is_present(key);
  if (!has_certificate && !has_key) return std::optional<Successor>();
  if (!has_certificate || !has_key) {
    return base::fail("{} is missing while {} is there; put it back from where you keep it",
                      (has_key ? certificate : key).string(), (has_key ? key : certificate).filename().string());
  }
  auto all = certificates_in(certificate);
  if (!all) return base::Failure(all.error());
  auto text = read_secret_file(key);
  if (!text) return base::Failure(text.error());
  return std::optional<Successor>(Successor{std::move(all->front()), std::move(*text)});
}

base::Result<RotationStage> stage_of(const Succession& succession, const fs::path& folder) {
  const std::string file = (folder / trusted_file(succession)).string();
  const std::size_t count = succession.certificates.size();
  if (count > 2) {
    return base::fail("{} holds {} certificates, but a rotation has two; remove by hand those that nothing needs", file,
                      count);
  }
  if (!succession.next) return count == 1 ? RotationStage::kNone : RotationStage::kSwitched;
  if (count == 2 && succession.certificates[1].is_same_as(succession.next->certificate)) return RotationStage::kAdded;
  return base::fail("{} does not hold, as its second, what is in {}; put back both as they were, or remove {} and {}",
                    file, plan::next_certificate_file(succession.name), plan::next_certificate_file(succession.name),
                    plan::next_key_file(succession.name));
}

base::Result<NewFile> trusted(const Succession& succession) {
  const auto text = bundle_of(succession, succession.certificates.size());
  if (!text) return base::Failure(text.error());
  return NewFile{trusted_file(succession), crypto::SecretText(*text), kCertificateMode, Placing::kReplace};
}

void remove_next(const Succession& succession, std::vector<NewFile>& files) {
  for (std::string file : {plan::next_key_file(succession.name), plan::next_certificate_file(succession.name)}) {
    files.push_back({std::move(file), {}, kKeyMode, Placing::kRemove});
  }
}

}  // namespace

base::Result<Succession> read_succession(const fs::path& folder, std::string_view name) {
  Succession succession;
  succession.name = name;
  auto certificates = certificates_in(folder / trusted_file(succession));
  if (!certificates) return base::Failure(certificates.error());
  succession.certificates = std::move(*certificates);
  auto next = read_next(folder, succession.name);
  if (!next) return base::Failure(next.error());
  succession.next = std::move(*next);
  const auto stage = stage_of(succession, folder);
  if (!stage) return base::Failure(stage.error());
  succession.stage = *stage;
  return succession;
}

base::Result<std::string> bundle_of(const Succession& succession, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const auto pem = succession.certificates[i].to_pem();
    if (!pem) return base::Failure(pem.error());
    text += *pem;
  }
  return text;
}

base::Result<std::vector<NewFile>> add_successor(Succession& succession, Successor next) {
  const auto pem = next.certificate.to_pem();
  if (!pem) return base::Failure(pem.error());
  auto copy = crypto::Certificate::from_pem(*pem);
  if (!copy) return base::Failure(copy.error());
  succession.certificates.push_back(std::move(*copy));
  succession.next = std::move(next);
  succession.stage = RotationStage::kAdded;
  auto all = trusted(succession);
  if (!all) return base::Failure(all.error());
  std::vector<NewFile> files;
  files.push_back(
      {plan::next_key_file(succession.name), crypto::join({succession.next->key.view()}), kKeyMode, Placing::kCreate});
  files.push_back(
      {plan::next_certificate_file(succession.name), crypto::SecretText(*pem), kCertificateMode, Placing::kCreate});
  files.push_back(std::move(*all));
  return files;
}

base::Result<std::vector<NewFile>> switch_to_successor(Succession& succession) {
  std::swap(succession.certificates.front(), succession.certificates.back());
  succession.stage = RotationStage::kSwitched;
  auto all = trusted(succession);
  if (!all) return base::Failure(all.error());
  std::vector<NewFile> files;
  files.push_back(
      {succession.name + "-key.pem", crypto::join({succession.next->key.view()}), kKeyMode, Placing::kReplace});
  files.push_back(std::move(*all));
  remove_next(succession, files);
  return files;
}

base::Result<std::vector<NewFile>> keep_only_first(Succession& succession) {
  succession.certificates.erase(succession.certificates.begin() + 1, succession.certificates.end());
  succession.stage = RotationStage::kNone;
  auto all = trusted(succession);
  if (!all) return base::Failure(all.error());
  std::vector<NewFile> files;
  files.push_back(std::move(*all));
  if (succession.next) remove_next(succession, files);
  return files;
}

void note_files(const std::vector<NewFile>& files, std::string_view what, MadeFiles& made) {
  std::vector<FileNote> notes;
  for (const auto& file : files) {
    std::erase_if(made.notes, [&](const FileNote& note) { return note.file == file.name; });
    if (file.placing == Placing::kRemove) continue;
    const auto action = file.placing == Placing::kCreate ? plan::Action::kMake : plan::Action::kReplace;
    const bool is_next = file.placing == Placing::kCreate;
    notes.push_back({file.name, action,
                     file.mode == kKeyMode ? fmt::format("private key of the new {}", what)
                     : is_next             ? fmt::format("the new {}", what)
                                           : fmt::format("each {} that is trusted, the one in use first", what)});
  }
  made.notes.insert(made.notes.begin(), notes.begin(), notes.end());
}

}  // namespace pki::output
