#include "provisioner/dns/verify_names.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ClusterNames names_to_verify() {
  ClusterNames names;
  names.zones = {
      {"lab.",
       "ns.lab.",
       {{"a.lab.", "A", "10.0.0.1"}, {"_x._tcp.lab.", "SRV", "0 0 1 b.lab."}, {"_x._tcp.lab.", "SRV", "0 0 1 a.lab."}}},
      {"0.10.in-addr.arpa.", "ns.lab.", {{"1.0.0.10.in-addr.arpa.", "PTR", "a.lab."}}}};
  return names;
}

TEST(VerifyNames, AsksForAddressesAndReverseNames) {
  EXPECT_THAT(expectations(names_to_verify()),
              ElementsAre(Expected{"a.lab.", QueryType::kA, {"10.0.0.1"}},
                          Expected{"_x._tcp.lab.", QueryType::kSrv, {"0 0 1 a.lab.", "0 0 1 b.lab."}},
                          Expected{"1.0.0.10.in-addr.arpa.", QueryType::kPtr, {"a.lab."}}));
}

TEST(VerifyNames, PrintsWhatAPersonWouldAsk) {
  const VerifyNames step(base::SocketAddress::parse("10.0.0.254:53").value(), expectations(names_to_verify()), {});
  EXPECT_EQ(step.print(),
            "# each of these has to answer as it says:\n"
            "#   drill -p 53 @10.0.0.254 a.lab. A    10.0.0.1\n"
            "#   drill -p 53 @10.0.0.254 _x._tcp.lab. SRV    0 0 1 a.lab., 0 0 1 b.lab.\n"
            "#   drill -p 53 @10.0.0.254 1.0.0.10.in-addr.arpa. PTR    a.lab.");
}

TEST(VerifyNames, FailsWhereNobodyAnswersInTime) {
  FakeWorkplace place;
  VerifyNames step(base::SocketAddress::parse("127.0.0.1:1").value(), expectations(names_to_verify()), {});
  EXPECT_THAT(step.carry_out(place).error().message, HasSubstr("asked for a.lab., 127.0.0.1:1 does not tell"));
  EXPECT_THAT(place.told, ElementsAre("asks for a.lab."));
}

TEST(VerifyNames, HasTheResolverForgetBeforeItAsksAgain) {
  FakeWorkplace place;
  VerifyNames step(base::SocketAddress::parse("127.0.0.1:1").value(), expectations(names_to_verify()),
                   std::chrono::milliseconds(300), {{"forget"}});
  EXPECT_FALSE(step.carry_out(place));
  EXPECT_THAT(place.host().calls(), ElementsAre("forget", "forget"));
}

}  // namespace
}  // namespace provisioner::dns
