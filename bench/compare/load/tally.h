// Tally: what the clients have seen since the last clear(). One thread.
#pragma once

#include <cstdint>

#include "bench/compare/load/histogram.h"

namespace bench::load {

struct Tally {
  std::uint64_t operations = 0;  // answers that came whole
  std::uint64_t bytes = 0;       // of bulk that was poured for clients
  std::uint64_t errors = 0;
  Histogram first_byte;  // from connect(), or from the request on a kept connection, to the answer's first byte

  void clear() noexcept { *this = Tally(); }
};

}  // namespace bench::load
