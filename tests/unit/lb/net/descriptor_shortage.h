// DescriptorShortage: while it lives, the process can open nothing more; some descriptors can be given back to it.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>

#include <vector>

#include "lib/base/unique_fd.h"

namespace lb::net {

class DescriptorShortage {
 public:
  DescriptorShortage() {
    ::getrlimit(RLIMIT_NOFILE, &old_);
    rlimit low = old_;
    low.rlim_cur = 256;
    ::setrlimit(RLIMIT_NOFILE, &low);
    while (true) {
      base::UniqueFd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!fd) break;
      hoard_.push_back(std::move(fd));
    }
  }
  ~DescriptorShortage() { ::setrlimit(RLIMIT_NOFILE, &old_); }
  DescriptorShortage(const DescriptorShortage&) = delete;
  DescriptorShortage& operator=(const DescriptorShortage&) = delete;

  void give_back(std::size_t count) { hoard_.resize(hoard_.size() - count); }

 private:
  rlimit old_{};
  std::vector<base::UniqueFd> hoard_;
};

}  // namespace lb::net
