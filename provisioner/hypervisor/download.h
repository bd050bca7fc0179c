// download: one file from http or https into another one, going on where an earlier try stopped. The only door to
// libcurl. Any thread; blocks.
//
// What has come lies in FILE.part, and in FILE.part.from what it is a part of: the URL and the server's own word for
// this version of the file (ETag or Last-Modified). A server whose file has changed since, or that knows no ranges,
// sends all of it again (RFC 9110 s13.1.5, If-Range).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "lib/base/result.h"

namespace provisioner::hypervisor {

struct DownloadOptions {
  std::function<void(std::uint64_t bytes, std::uint64_t total)> moved;  // `total` 0: nobody knows
  std::function<bool()> is_interrupted;
  std::function<void(std::chrono::milliseconds)> rest;  // between a try that brought nothing and the next one
  std::chrono::seconds silence{60};                     // a try that brings nothing for so long has failed
};

// FILE.part is there and whole afterwards; whoever has looked into it renames it. A try that came further than those
// before it is followed by another one at once, one that did not after a rest, up to kIdleTries in a row. On failure
// the part stays for the next time.
inline constexpr int kIdleTries = 4;
[[nodiscard]] base::Result<void> download(const std::string& url, const std::filesystem::path& file,
                                          const DownloadOptions& options);

[[nodiscard]] std::filesystem::path part_of(const std::filesystem::path& file);
// Both files, where what came is not what was wanted.
void forget_part(const std::filesystem::path& file);

}  // namespace provisioner::hypervisor
