// A whole PKI of the sample cluster, made in memory or on the disk. For tests; one thread.
#pragma once

#include <climits>
#include <stdexcept>

#include "pki/output/make_files.h"
#include "pki/output/store.h"
#include "pki/output/transaction.h"
#include "pki/plan/plan_init.h"
#include "tests/unit/pki/output/failing_files.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {

inline MadeFiles make_all(const plan::PkiSpec& spec, Contents& contents) {
  const auto steps = plan::plan_init(spec, contents.inventory, {kNow, {}}).value();
  return make_files(steps, contents, {kNow, 1, {}, nullptr}).value();
}

inline void make_pki(const std::filesystem::path& folder, const plan::PkiSpec& spec) {
  FailingFiles files(INT_MAX, FailureKind::kOnce);  // never fails, and waits for no disk
  Contents contents;
  const auto folder_made = Store(folder).make_folder(files);
  if (!folder_made) throw std::runtime_error(folder_made.error().message);
  const auto written = change_files(files, folder, make_all(spec, contents).files);
  if (!written) throw std::runtime_error(written.error().message);
}

}  // namespace pki::output
