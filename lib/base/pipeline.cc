#include "lib/base/pipeline.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lib/base/drain.h"

namespace base {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Pair {
  Subprocess from;
  Subprocess to;
};

// Our own ends of the pipe are closed when this returns: only so does each program see the other one's end.
Result<Pair> start_both(const std::vector<std::string>& from, const std::vector<std::string>& to,
                        const SubprocessOptions& options) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("cannot make a pipe: {}", errno_text(errno));
  const UniqueFd read(ends[0]);
  const UniqueFd write(ends[1]);
  SubprocessOptions of_to = options;
  of_to.input = read.get();
  of_to.out = Capture{};
  of_to.err = Capture{};
  auto second = Subprocess::start(to, of_to);
  if (!second) return Failure(second.error());
  SubprocessOptions of_from = options;
  of_from.out = WriteTo{write.get()};
  of_from.err = Capture{};
  auto first = Subprocess::start(from, of_from);
  if (!first) return Failure(first.error());
  return Pair{std::move(*first), std::move(*second)};
}

}  // namespace

Result<PipelineOutput> run_pipeline(const std::vector<std::string>& from, const std::vector<std::string>& to,
                                    const SubprocessOptions& options, milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  auto pair = start_both(from, to, options);
  if (!pair) return Failure(pair.error());
  Drain drain({pair->from.err().get(), pair->to.out().get(), pair->to.err().get()});
  const bool all_read = drain.run(deadline);
  const auto left = [&] {
    return std::max(std::chrono::ceil<milliseconds>(deadline - steady_clock::now()), milliseconds{0});
  };
  const auto second = pair->to.wait_for(left());
  const auto first = pair->from.wait_for(left());
  if (!all_read || !first || !second) {
    return fail("'{} | {}' did not end within {} ms and was killed", fmt::join(from, " "), fmt::join(to, " "),
                timeout.count());
  }
  return PipelineOutput{*first, drain.take(0), Output{*second, drain.take(1), drain.take(2)}};
}

}  // namespace base
