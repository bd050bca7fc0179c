// What a file of a PKI says, in words: a certificate or several, a private key, a kubeconfig, an encryption
// configuration. Nothing secret is shown. Any thread; reads the file and nothing else.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "lib/base/result.h"

namespace pki::output {

[[nodiscard]] base::Result<std::string> inspect_file(const std::filesystem::path& path, std::chrono::sys_seconds now);

}  // namespace pki::output
