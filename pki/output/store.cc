#include "pki/output/store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "lib/base/file_system.h"
#include "lib/base/unique_fd.h"
#include "pki/crypto/secret_text.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kKeyMode = 0600;
constexpr mode_t kCertificateMode = 0644;
constexpr mode_t kFolderMode = 0700;
constexpr std::size_t kLargestKeyFile = 64U << 10;  // an RSA key of 16384 bits takes 13 KiB

base::Failure cannot(std::string_view doing, const fs::path& path, int error) {
  return base::fail("cannot {} {}: {}", doing, path.string(), base::errno_text(error));
}

// base::read_file would leave copies of the key in buffers that nobody wipes.
base::Result<crypto::SecretText> read_secret(const fs::path& path) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return cannot("read", path, errno);
  crypto::SecretText text(kLargestKeyFile);
  std::size_t size = 0;
  while (size < text.capacity()) {
    const ssize_t n = ::read(fd.get(), text.data() + size, text.capacity() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("read", path, errno);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size == text.capacity()) return base::fail("cannot read {}: it is too large for a private key", path.string());
  text.set_size(size);
  return text;
}

// Whether there is anything of that name, a dangling link included: it would be in the way of a new file.
base::Result<bool> is_there(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  return cannot("look at", path, errno);
}

base::Failure unusable(const fs::path& path, const base::Error& why) {
  return base::fail("{}: {}; put back a good copy, or move the file away and run init again", path.string(),
                    why.message);
}

base::Result<crypto::Key> read_key(const fs::path& path) {
  const auto text = read_secret(path);
  if (!text) return base::Failure(text.error());
  auto key = crypto::Key::from_pem(text->view());
  if (!key) return unusable(path, key.error());
  return key;
}

base::Result<crypto::Certificate> read_certificate(const fs::path& path) {
  const auto text = base::read_file(path);
  if (!text) return base::Failure(text.error());
  auto certificate = crypto::Certificate::from_pem(*text);
  if (!certificate) return unusable(path, certificate.error());
  return certificate;
}

// mkdir's mode is cut by the umask, chmod's is not.
base::Result<void> make_one_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), kFolderMode) != 0) {
    return errno == EEXIST ? base::Result<void>() : cannot("make the folder", folder, errno);
  }
  if (::chmod(folder.c_str(), kFolderMode) != 0) return cannot("set the mode of", folder, errno);
  return {};
}

base::Result<void> make_folders(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return {};
  if (const fs::path above = folder.parent_path(); !above.empty() && above != folder) {
    if (auto made = make_folders(above); !made) return made;
  }
  return make_one_folder(folder);
}

// What the signatures say can be told only once the authority has been read.
void judge_signatures(const plan::CertificateSpec& authority, Contents& contents) {
  const auto key = contents.keys.find(authority.name);
  if (key == contents.keys.end()) return;
  for (const auto& [name, certificate] : contents.certificates) {
    contents.inventory[name].signed_by_authority = certificate.is_signed_by(key->second);
  }
}

}  // namespace

Store::Store(fs::path folder) : folder_(std::move(folder)) {
  if (!folder_.has_filename()) folder_ = folder_.parent_path();  // "pki/" is "pki"
}

base::Result<Contents> Store::read(const std::vector<plan::CertificateSpec>& specs) const {
  Contents contents;
  struct stat status {};
  if (::stat(folder_.c_str(), &status) != 0) {
    if (errno == ENOENT) return contents;
    return cannot("look at the folder", folder_, errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return base::fail("{} is not a folder; give --out a folder, which need not exist yet", folder_.string());
  }
  for (const auto& spec : specs) {
    if (auto read = read_pair(spec, contents); !read) return base::Failure(read.error());
  }
  judge_signatures(specs.front(), contents);
  return contents;
}

base::Result<void> Store::read_pair(const plan::CertificateSpec& spec, Contents& contents) const {
  const fs::path key_path = folder_ / plan::key_file(spec);
  const fs::path certificate_path = folder_ / plan::certificate_file(spec);
  const auto has_key = is_there(key_path);
  const auto has_certificate = is_there(certificate_path);
  if (!has_key) return base::Failure(has_key.error());
  if (!has_certificate) return base::Failure(has_certificate.error());

  plan::PresentPair& pair = contents.inventory[spec.name];
  pair.has_key = *has_key;
  if (*has_key) {
    auto key = read_key(key_path);
    if (!key) return base::Failure(key.error());
    contents.keys.emplace(spec.name, std::move(*key));
  }
  if (*has_certificate) {
    auto certificate = read_certificate(certificate_path);
    if (!certificate) return base::Failure(certificate.error());
    auto described = certificate->describe();
    if (!described) return unusable(certificate_path, described.error());
    pair.certificate = std::move(*described);
    pair.key_matches = *has_key && certificate->is_for(contents.keys.at(spec.name));
    contents.certificates.emplace(spec.name, std::move(*certificate));
  }
  return {};
}

std::vector<std::string> Store::warnings(const std::vector<plan::CertificateSpec>& specs) const {
  std::vector<std::string> lines;
  struct stat status {};
  if (::stat(folder_.c_str(), &status) == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    lines.push_back(fmt::format("{} has mode {:04o}: others can replace what is in it; run `chmod 700 '{}'`",
                                folder_.string(), status.st_mode & 07777U, folder_.string()));
  }
  for (const auto& spec : specs) {
    const fs::path key = folder_ / plan::key_file(spec);
    if (::stat(key.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      lines.push_back(fmt::format("{} has mode {:04o}: a private key is for its owner alone; run `chmod 600 '{}'`",
                                  key.string(), status.st_mode & 07777U, key.string()));
    }
  }
  return lines;
}

base::Result<void> Store::make_folder() const {
  const auto made = make_folders(folder_);
  if (made) return {};
  return base::fail("{}; give --out a folder where you may write", made.error().message);
}

base::Result<void> Store::create_key(const std::string& file, std::string_view pem) const {
  return base::create_file(folder_ / file, pem, kKeyMode);
}

base::Result<void> Store::create_certificate(const std::string& file, std::string_view pem) const {
  return base::create_file(folder_ / file, pem, kCertificateMode);
}

}  // namespace pki::output
