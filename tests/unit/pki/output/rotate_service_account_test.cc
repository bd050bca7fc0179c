#include "pki/output/rotate_service_account.h"

#include <gmock/gmock.h>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

TEST(RotateServiceAccount, FollowsTheKeyAndKeepsTheOldOneTrusted) {
  const tests::support::TemporaryFolder scratch;
  const auto spec = plan::spec_for(sample_cluster()).value();
  make_pki(scratch.path(), spec);
  SystemFiles operations;
  auto contents = Store(scratch.path()).read(spec).value();
  const auto next = [&] { return read_succession(scratch.path(), "service-account").value(); };
  const auto write = [&](const base::Result<MadeFiles>& made) {
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(change_files(operations, scratch.path(), made->files));
  };
  const auto key = [&] { return tests::support::content_of(scratch.path() / "service-account-key.pem"); };
  const std::string old_key = key();

  auto succession = next();
  write(add_token_signer(*spec.find_certificate("service-account"), contents, succession, {kNow, 1, {}, nullptr}));
  succession = next();
  EXPECT_EQ(key(), old_key);
  EXPECT_TRUE(succession.certificates.at(1).is_signed_by(contents.certificates.at("ca")));
  EXPECT_EQ(succession.certificates.at(1).describe().value().subject.common_name, "service-accounts");
  write(switch_token_signer(succession));
  succession = next();
  EXPECT_NE(key(), old_key);
  EXPECT_EQ(succession.certificates.size(), 2U);
  EXPECT_TRUE(succession.certificates[0].is_for(crypto::Key::from_pem(key()).value()));
  write(keep_one_token_signer(succession));
  EXPECT_EQ(next().certificates.size(), 1U);
}

}  // namespace
}  // namespace pki::output
