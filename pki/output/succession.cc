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
  if (!is_present(path)) {
    return base::fail("{} is missing, so there is nothing to rotate; `keepstate-pki plan` tells how to get it",
                      path.string());
  }
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

base::Result<std::optional<crypto::Certificate>> read_old(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / plan::old_certificate_file(name);
  if (!is_present(path)) return std::optional<crypto::Certificate>();
  auto all = certificates_in(path);
  if (!all) return base::Failure(all.error());
  return std::optional<crypto::Certificate>(std::move(all->front()));
}

using Place = std::vector<crypto::Certificate>::iterator;

// Behind the first; the end where it is not there.
Place place_of(const crypto::Certificate& certificate, Succession& succession) {
  return std::find_if(succession.certificates.begin() + 1, succession.certificates.end(),
                      [&](const crypto::Certificate& one) { return one.is_same_as(certificate); });
}

base::Result<RotationStage> stage_of(Succession& succession, const fs::path& folder) {
  const std::string next = plan::next_certificate_file(succession.name);
  const std::string old = plan::old_certificate_file(succession.name);
  if (succession.next && succession.old) {
    return base::fail("{} holds both {} and {}, which no stage leaves so; put back the files of one stage",
                      folder.string(), next, old);
  }
  if (!succession.next && !succession.old) return RotationStage::kNone;
  const auto& other = succession.next ? succession.next->certificate : *succession.old;
  if (place_of(other, succession) != succession.certificates.end()) {
    return succession.next ? RotationStage::kAdded : RotationStage::kSwitched;
  }
  const std::string remedy = succession.next
                                 ? fmt::format("remove {} and {}", next, plan::next_key_file(succession.name))
                                 : fmt::format("remove {}", old);
  return base::fail("{} does not hold, behind its first, the certificate in {}; put back both as they were, or {}",
                    (folder / trusted_file(succession)).string(), succession.next ? next : old, remedy);
}

base::Result<NewFile> trusted(const Succession& succession) {
  const auto text = bundle_of(succession);
  if (!text) return base::Failure(text.error());
  return NewFile{trusted_file(succession), crypto::SecretText(*text), kCertificateMode, Placing::kReplace};
}

NewFile removal_of(std::string file) {
  return {std::move(file), {}, kKeyMode, Placing::kRemove};
}

void remove_next(const Succession& succession, std::vector<NewFile>& files) {
  files.push_back(removal_of(plan::next_key_file(succession.name)));
  files.push_back(removal_of(plan::next_certificate_file(succession.name)));
}

base::Result<crypto::Certificate> copy_of(const crypto::Certificate& certificate) {
  const auto pem = certificate.to_pem();
  if (!pem) return base::Failure(pem.error());
  return crypto::Certificate::from_pem(*pem);
}

base::Result<NewFile> new_certificate(std::string file, const crypto::Certificate& certificate) {
  const auto pem = certificate.to_pem();
  if (!pem) return base::Failure(pem.error());
  return NewFile{std::move(file), crypto::SecretText(*pem), kCertificateMode, Placing::kCreate};
}

std::string what_is(const NewFile& file, std::string_view what) {
  if (file.mode == kKeyMode) return fmt::format("private key of the new {}", what);
  if (file.placing != Placing::kCreate) return fmt::format("each {} that is trusted, the one in use first", what);
  const bool is_old = file.name.ends_with(plan::old_certificate_file(""));
  return fmt::format("the {} {}", is_old ? "old" : "new", what);
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
  auto old = read_old(folder, succession.name);
  if (!old) return base::Failure(old.error());
  succession.old = std::move(*old);
  const auto stage = stage_of(succession, folder);
  if (!stage) return base::Failure(stage.error());
  succession.stage = *stage;
  return succession;
}

bool is_under_way(const fs::path& folder, std::string_view name) {
  return is_present(folder / plan::next_certificate_file(name)) || is_present(folder / plan::next_key_file(name)) ||
         is_present(folder / plan::old_certificate_file(name));
}

base::Result<std::string> bundle_of(const Succession& succession) {
  std::string text;
  for (const auto& certificate : succession.certificates) {
    const auto pem = certificate.to_pem();
    if (!pem) return base::Failure(pem.error());
    text += *pem;
  }
  return text;
}

base::Result<std::vector<NewFile>> add_successor(Succession& succession, Successor next) {
  auto copy = copy_of(next.certificate);
  if (!copy) return base::Failure(copy.error());
  succession.certificates.insert(succession.certificates.begin() + 1, std::move(*copy));
  succession.next = std::move(next);
  succession.stage = RotationStage::kAdded;
  auto all = trusted(succession);
  if (!all) return base::Failure(all.error());
  auto certificate = new_certificate(plan::next_certificate_file(succession.name), succession.next->certificate);
  if (!certificate) return base::Failure(certificate.error());
  std::vector<NewFile> files;
  files.push_back(
      {plan::next_key_file(succession.name), crypto::join({succession.next->key.view()}), kKeyMode, Placing::kCreate});
  files.push_back(std::move(*certificate));
  files.push_back(std::move(*all));
  return files;
}

base::Result<std::vector<NewFile>> switch_to_successor(Succession& succession) {
  auto copy = copy_of(succession.certificates.front());
  if (!copy) return base::Failure(copy.error());
  succession.old = std::move(*copy);
  std::iter_swap(succession.certificates.begin(), place_of(succession.next->certificate, succession));
  succession.stage = RotationStage::kSwitched;
  auto all = trusted(succession);
  if (!all) return base::Failure(all.error());
  auto old = new_certificate(plan::old_certificate_file(succession.name), *succession.old);
  if (!old) return base::Failure(old.error());
  std::vector<NewFile> files;
  files.push_back(
      {succession.name + "-key.pem", crypto::join({succession.next->key.view()}), kKeyMode, Placing::kReplace});
  files.push_back(std::move(*all));
  files.push_back(std::move(*old));
  remove_next(succession, files);
  return files;
}

base::Result<std::vector<NewFile>> drop_unused(Succession& succession) {
  const bool is_switched = succession.stage == RotationStage::kSwitched;
  succession.certificates.erase(place_of(is_switched ? *succession.old : succession.next->certificate, succession));
  succession.stage = RotationStage::kNone;
  auto all = trusted(succession);
  if (!all) return base::Failure(all.error());
  std::vector<NewFile> files;
  files.push_back(std::move(*all));
  if (is_switched) {
    files.push_back(removal_of(plan::old_certificate_file(succession.name)));
  } else {
    remove_next(succession, files);
  }
  return files;
}

void note_files(const std::vector<NewFile>& files, std::string_view what, MadeFiles& made) {
  std::vector<FileNote> notes;
  for (const auto& file : files) {
    std::erase_if(made.notes, [&](const FileNote& note) { return note.file == file.name; });
    if (file.placing == Placing::kRemove) continue;
    const auto action = file.placing == Placing::kCreate ? plan::Action::kMake : plan::Action::kReplace;
    notes.push_back({file.name, action, what_is(file, what)});
  }
  made.notes.insert(made.notes.begin(), notes.begin(), notes.end());
}

}  // namespace pki::output
