#include "pki/output/succession.h"

#include <gmock/gmock.h>

#include "pki/crypto/issue.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using plan::RotationStage;
using testing::HasSubstr;
using tests::support::content_of;
using tests::support::put;

struct Authority {
  crypto::Key key = crypto::Key::generate().value();
  crypto::Certificate certificate =
      crypto::issue_authority(plan::spec_for(sample_cluster()).value().authority(), key, kNow).value();

  [[nodiscard]] std::string pem() const { return certificate.to_pem().value(); }
  [[nodiscard]] std::string key_pem() const { return std::string(key.to_pem().value().view()); }
  [[nodiscard]] Successor as_successor() const {
    return {crypto::Certificate::from_pem(pem()).value(), key.to_pem().value()};
  }
};

class SuccessionTest : public testing::Test {
 protected:
  SuccessionTest() {
    put(at("ca.pem"), old_.pem());
    put(at("ca-key.pem"), old_.key_pem());
  }
  [[nodiscard]] fs::path at(const char* file) const { return folder_.path() / file; }
  [[nodiscard]] Succession read() const {
    auto succession = read_succession(folder_.path(), "ca");
    EXPECT_TRUE(succession) << succession.error().message;
    return std::move(*succession);
  }
  [[nodiscard]] std::string error() const {
    const auto succession = read_succession(folder_.path(), "ca");
    return succession ? "" : succession.error().message;
  }
  void write(const base::Result<std::vector<NewFile>>& files) {
    ASSERT_TRUE(files) << files.error().message;
    const auto changed = change_files(operations_, folder_.path(), *files);
    ASSERT_TRUE(changed) << changed.error().message;
  }
  void add() {
    auto succession = read();
    write(add_successor(succession, new_.as_successor()));
  }
  void switch_over() {
    auto succession = read();
    write(switch_to_successor(succession));
  }

  tests::support::TemporaryFolder folder_;
  SystemFiles operations_;
  Authority old_;
  Authority new_;
};

TEST_F(SuccessionTest, GoesThroughItsStages) {
  EXPECT_EQ(read().stage, RotationStage::kNone);
  add();
  EXPECT_EQ(read().stage, RotationStage::kAdded);
  EXPECT_EQ(content_of(at("ca.pem")), old_.pem() + new_.pem());
  EXPECT_EQ(content_of(at("ca-key.pem")), old_.key_pem());
  EXPECT_EQ(content_of(at("ca-next-key.pem")), new_.key_pem());
  EXPECT_EQ(tests::support::mode_of(at("ca-next-key.pem")), 0600U);
  switch_over();
  EXPECT_EQ(read().stage, RotationStage::kSwitched);
  EXPECT_EQ(content_of(at("ca.pem")), new_.pem() + old_.pem());
  EXPECT_EQ(content_of(at("ca-key.pem")), new_.key_pem());
  EXPECT_FALSE(fs::exists(at("ca-next-key.pem")));
  EXPECT_EQ(content_of(at("ca-old.pem")), old_.pem());
  EXPECT_TRUE(is_under_way(folder_.path(), "ca"));
  auto succession = read();
  write(drop_unused(succession));
  EXPECT_EQ(read().stage, RotationStage::kNone);
  EXPECT_EQ(content_of(at("ca.pem")), new_.pem());
  EXPECT_FALSE(fs::exists(at("ca-old.pem")));
  EXPECT_FALSE(is_under_way(folder_.path(), "ca"));
}

TEST_F(SuccessionTest, WhatSomebodyElseTrustsStaysThroughAllStages) {
  const Authority foreign;
  put(at("ca.pem"), old_.pem() + foreign.pem());
  EXPECT_EQ(read().stage, RotationStage::kNone) << "a second certificate alone is no rotation";
  add();
  EXPECT_EQ(content_of(at("ca.pem")), old_.pem() + new_.pem() + foreign.pem());
  switch_over();
  EXPECT_EQ(content_of(at("ca.pem")), new_.pem() + old_.pem() + foreign.pem());
  auto succession = read();
  EXPECT_EQ(succession.stage, RotationStage::kSwitched);
  write(drop_unused(succession));
  EXPECT_EQ(content_of(at("ca.pem")), new_.pem() + foreign.pem());
  EXPECT_EQ(read().stage, RotationStage::kNone);
}

TEST_F(SuccessionTest, WhatWasAddedCanGoAgain) {
  add();
  auto succession = read();
  write(drop_unused(succession));
  EXPECT_EQ(content_of(at("ca.pem")), old_.pem());
  EXPECT_EQ(content_of(at("ca-key.pem")), old_.key_pem());
  EXPECT_FALSE(fs::exists(at("ca-next.pem")));
  EXPECT_FALSE(fs::exists(at("ca-next-key.pem")));
}

TEST_F(SuccessionTest, SaysWhatDoesNotFit) {
  add();
  fs::rename(at("ca-next-key.pem"), at("away"));
  EXPECT_THAT(error(), HasSubstr("ca-next-key.pem is missing while ca-next.pem is there"));
  fs::rename(at("away"), at("ca-next-key.pem"));
  put(at("ca.pem"), old_.pem());
  EXPECT_THAT(error(), HasSubstr("ca.pem does not hold, behind its first, the certificate in ca-next.pem"));
  put(at("ca.pem"), old_.pem() + new_.pem());
  put(at("ca-old.pem"), old_.pem());
  EXPECT_THAT(error(), HasSubstr("holds both ca-next.pem and ca-old.pem"));
  for (const char* file : {"ca-next.pem", "ca-next-key.pem"}) fs::remove(at(file));
  EXPECT_THAT(error(), HasSubstr("the certificate in ca-old.pem; put back both as they were, or remove ca-old.pem"));
  put(at("ca.pem"), "nothing");
  EXPECT_THAT(error(), HasSubstr("; put back a good copy"));
  fs::remove(at("ca.pem"));
  EXPECT_THAT(error(), HasSubstr("ca.pem is missing, so there is nothing to rotate"));
}

}  // namespace
}  // namespace pki::output
