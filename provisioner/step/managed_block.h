// ManagedBlock: lines of ours in a file that belongs to somebody else (/etc/hosts, nsd.conf), between two comment lines
// that bear our mark. All else in the file stays as it is, byte for byte, also once the block has gone again. For files
// whose comments begin with '#'. Pure but for EditBlock; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "provisioner/step/step.h"

namespace provisioner::step {

// The lines between the two, each with its newline; nothing: there is no block. A block without an end, or two of them,
// is an error: somebody has edited it, and nobody knows what is ours. `file` is for its words.
[[nodiscard]] base::Result<std::optional<std::string>> block_in(std::string_view text, std::string_view mark,
                                                                std::string_view file);

// With the block where it stood, else at the end. `body`: whole lines, none of which bears the mark.
[[nodiscard]] base::Result<std::string> with_block(std::string_view text, std::string_view mark, std::string_view body,
                                                   std::string_view file);
[[nodiscard]] base::Result<std::string> without_block(std::string_view text, std::string_view mark,
                                                      std::string_view file);

// Puts the block into the file as it is by then, whoever has written to it since it was planned; undo puts back the
// block that was there, and leaves all else.
class EditBlock final : public Step {
 public:
  // `body`: nothing, and the block goes. `planned`: the whole file as it was going to be, to be printed.
  EditBlock(std::filesystem::path path, std::string mark, std::optional<std::string> body, FileState planned)
      : path_(std::move(path)), mark_(std::move(mark)), body_(std::move(body)), planned_(std::move(planned)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  // Gives the block that was there.
  [[nodiscard]] base::Result<std::optional<std::string>> replace(Host& host,
                                                                 const std::optional<std::string>& body) const;

  std::filesystem::path path_;
  std::string mark_;
  std::optional<std::string> body_;
  FileState planned_;
  std::optional<std::string> before_;
  bool wrote_ = false;
};

}  // namespace provisioner::step
