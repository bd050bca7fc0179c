#include "pki/plan/alternative_names.h"

#include <gmock/gmock.h>

namespace pki::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(AlternativeNames, HaveOneSpelling) {
  EXPECT_EQ(canonical_dns_name("Kubernetes.Home.ARPA."), "kubernetes.home.arpa");
  EXPECT_EQ(canonical_dns_name("a-0"), "a-0");
  EXPECT_EQ(canonical_dns_name(""), "");
}

TEST(AlternativeNames, HaveAFirstLabel) {
  EXPECT_EQ(first_label("cluster.local"), "cluster");
  EXPECT_EQ(first_label("k8s"), "k8s");
}

TEST(AlternativeNames, TellWhatOthersLack) {
  const AlternativeNames some{{"a", "b"}, {*base::IpAddress::parse("10.0.0.1"), *base::IpAddress::parse("fd00::1")}};
  const AlternativeNames others{{"b", "c"}, {*base::IpAddress::parse("10.0.0.1")}};
  EXPECT_THAT(names_beyond(some, others), ElementsAre("a", "fd00::1"));
  EXPECT_THAT(names_beyond(others, some), ElementsAre("c"));
  EXPECT_THAT(names_beyond(some, some), IsEmpty());
  EXPECT_EQ(some.size(), 4U);
}

}  // namespace
}  // namespace pki::plan
