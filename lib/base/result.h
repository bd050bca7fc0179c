// Result<T>: a value, or the Error that says why there is none.
//
// An Error's message names what was being done, to what, why it failed and, where there is one, the remedy. Functions
// that can fail return Result; exceptions of libraries stop at the one file that calls the library.
// Any thread; values only.
#pragma once

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

namespace base {

struct Error {
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

// fail("cannot read {}: {}", path, why) -> a value that converts to every Result<T>.
template <class... Args>
[[nodiscard]] Failure fail(fmt::format_string<Args...> format, Args&&... args) {
  return Failure(Error{fmt::format(format, std::forward<Args>(args)...)});
}

// The system's words for an errno value: "Connection refused".
[[nodiscard]] inline std::string errno_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace base
