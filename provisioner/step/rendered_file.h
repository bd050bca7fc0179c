// RenderedFile: one of the files that `render DIR` writes. Values; any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "provisioner/step/host.h"

namespace provisioner::step {

struct RenderedFile {
  std::filesystem::path path;  // below DIR
  FileState file;
};

using RenderedFiles = std::vector<RenderedFile>;

}  // namespace provisioner::step
