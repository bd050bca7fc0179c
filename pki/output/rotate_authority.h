// The stages of rotate-ca in memory: which files change together. Nothing is written here. One thread.
//
// `contents` becomes what the folder will hold, as far as what is made needs it. Leaves keep their keys.
#pragma once

#include "lib/base/result.h"
#include "pki/output/contents.h"
#include "pki/output/make_files.h"
#include "pki/output/succession.h"
#include "pki/plan/pki_spec.h"

namespace pki::output {

// A new authority as cluster.yaml asks for it (algorithm, validity, name constraints), its key under
// options.authority_passphrase where that is given; kubeconfigs trust both.
[[nodiscard]] base::Result<MadeFiles> add_authority(const plan::PkiSpec& spec, Contents& contents,
                                                    Succession& succession, const MakeOptions& options);
// Every certificate that is there is signed anew by the successor, whose key this is.
[[nodiscard]] base::Result<MadeFiles> switch_authority(const plan::PkiSpec& spec, Contents& contents,
                                                       Succession& succession, crypto::Key key,
                                                       const MakeOptions& options);
// Only the authority that signs is trusted.
[[nodiscard]] base::Result<MadeFiles> keep_one_authority(const plan::PkiSpec& spec, Contents& contents,
                                                         Succession& succession, const MakeOptions& options);

}  // namespace pki::output
