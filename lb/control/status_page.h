// The page that people look at (GET /): one file without any other, made while building from the parts in
// lb/control/status_page/ (cmake/embed_status_page.cmake). It asks /v1/status every second. Constants; any thread.
#pragma once

#include <string_view>

namespace lb::control {

// HTML, UTF-8.
[[nodiscard]] std::string_view status_page() noexcept;
// The value of Content-Security-Policy that goes with it: its own script and style by their hashes, nothing else.
[[nodiscard]] std::string_view status_page_policy() noexcept;

}  // namespace lb::control
