// Sha256: the sum of bytes as they come (FIPS 180-4). OpenSSL counts it, as it knows the processor's own instructions.
// One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.h"

struct evp_md_ctx_st;

namespace provisioner::hypervisor {

class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  // 64 hexadecimal digits in lower case, as sha256sum(1) prints. Nothing may be added afterwards.
  [[nodiscard]] std::string digits();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace provisioner::hypervisor
