// Asking live servers whether a stage of rotate-ca has reached them. Blocks while it asks; one thread.
#pragma once

#include <string>
#include <vector>

#include "pki/command/opened_pki.h"
#include "pki/output/succession.h"

namespace pki::command {

// Whether each server takes a client whom the next authority has signed: the client is made for the question, may do
// nothing, and ends within the hour. `key` is the next authority's.
[[nodiscard]] base::Result<void> check_servers_trust(const std::vector<std::string>& servers,
                                                     const crypto::Certificate& next, const crypto::Key& key,
                                                     const Surroundings& surroundings);
// Whether each server shows the folder's own certificate, which clients of the authority that signs now trust.
[[nodiscard]] base::Result<void> check_servers_show(const std::vector<std::string>& servers, const OpenedPki& pki,
                                                    const Surroundings& surroundings);

}  // namespace pki::command
