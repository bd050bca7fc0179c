// libarchive writes the hour of its work into an ISO 9660 image, and the files' times in the time zone of whoever runs
// it. This puts one time in UTC everywhere instead, so that the same files give the same bytes. Pure; any thread.
#pragma once

#include <chrono>
#include <string>

#include "lib/base/result.h"

namespace base {

// Of the volume, its root folder and all in it. An image that is not made as libarchive makes it is an error.
[[nodiscard]] Result<void> set_iso9660_times(std::string& image, std::chrono::sys_seconds time);

}  // namespace base
