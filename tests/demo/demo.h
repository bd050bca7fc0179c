// Demo: three API servers behind one address, the split by weight, and the death of one that no client notices. Owns
// the temporary folder and every program it starts; its destructor ends and removes them. One thread.
#pragma once

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "tests/demo/places.h"
#include "tests/demo/traffic.h"
#include "tests/support/interrupts.h"
#include "tests/support/programs.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_client.h"

namespace tests::demo {

class Demo {
 public:
  Demo(support::Programs programs, Places places, const support::Interrupts& interrupts);

  // The whole story, printed while it happens. An error: something did not go as promised, or it was interrupted.
  [[nodiscard]] base::Result<void> run();
  // Ends the balancer in good order; the destructor does the rest.
  [[nodiscard]] base::Result<void> end();
  // Leaves all running until Ctrl-C, and prints what to try meanwhile.
  void keep() const;

 private:
  [[nodiscard]] base::Failure with_log(const base::Error& error) const;
  [[nodiscard]] base::Result<void> start_all();
  [[nodiscard]] base::Result<void> start_balancer();
  [[nodiscard]] base::Result<void> show_split();
  [[nodiscard]] base::Result<void> show_death();
  [[nodiscard]] base::Result<void> show_metrics(std::string_view gone);
  [[nodiscard]] base::Result<Tally> ask(unsigned requests) const;
  [[nodiscard]] base::Result<Tally> ask_while_dying(std::size_t victim);
  [[nodiscard]] base::Result<void> check(const Tally& tally, std::string_view gone) const;
  [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_.path() / name; }

  support::TemporaryFolder folder_;  // first, so removed last
  support::Programs programs_;
  Places places_;
  const support::Interrupts& interrupts_;
  support::CertificateFiles certificates_;
  std::vector<support::RunningServer> servers_;  // in the order of places_.members
  std::optional<base::Subprocess> balancer_;
  std::optional<support::TlsClient> client_;
};

}  // namespace tests::demo
