// A record as a session would make it, for the tests of this folder.
#pragma once

#include "lb/access_log/record.h"

namespace lb::access_log {

inline Record some_record() {
  using namespace std::chrono_literals;
  return {.event = Record::Event::kClosed,
          .tries = 2,
          .time = base::SteadyTime(1h),
          .client = *base::SocketAddress::parse("192.0.2.7:50000"),
          .listener = Name("kube-apiserver"),
          .backend = Name("controller-1"),
          .cause = "finished",
          .to_backend = 517,
          .to_client = 4096,
          .connected = 412us,
          .first_byte = 1204us,
          .total = 90s + 7us};
}

}  // namespace lb::access_log
