#include "provisioner/cloud_init/user_data.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "tests/support/golden.h"
#include "tests/unit/provisioner/cloud_init/sample_guest.h"

namespace provisioner::cloud_init {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tests::support::expect_golden;

std::filesystem::path golden(const char* name) {
  return std::filesystem::path("tests/unit/provisioner/cloud_init/golden") / name;
}

TEST(UserData, OfAWorker) {
  expect_golden(user_data(example_guest(3)), golden("worker.user-data"));
}

TEST(UserData, OfAControllerThatAnswersForTheVip) {
  expect_golden(user_data(example_guest(0, VipHolder::kBackends)), golden("controller_dsr.user-data"));
}

TEST(UserData, HasNoArpToSilenceWithIpv6) {
  Guest guest = example_guest(0, VipHolder::kBackends);
  guest.vip = base::IpAddress::parse("fd00::1").value();
  EXPECT_THAT(user_data(guest), HasSubstr("address replace fd00::1/128 dev lo"));
  EXPECT_THAT(user_data(guest), Not(HasSubstr("arp_")));
}

TEST(UserData, KeepsAKeyAsItIs) {
  Guest guest = example_guest(0);
  guest.authorized_keys = {R"(ssh-rsa AAAA "me": \ # {{ x }} 'it')"};
  const YAML::Node read = YAML::Load(user_data(guest));
  EXPECT_EQ(read["users"][0]["ssh_authorized_keys"][0].as<std::string>(), guest.authorized_keys[0]);
}

TEST(UserData, SaysNoWholeNameWhereThereIsNone) {
  Guest guest = example_guest(0);
  guest.fqdn = guest.name;
  EXPECT_THAT(user_data(guest), Not(HasSubstr("fqdn")));
}

}  // namespace
}  // namespace provisioner::cloud_init
