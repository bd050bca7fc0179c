#include "provisioner/step/ledger.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::step {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLedgerFile = "/var/lib/keepstate/hard-way/made.json";

std::unique_ptr<Ledger> open_ledger(FakeHost& host) {
  return std::move(Ledger::open(host, kLedgerFile).value());
}

TEST(Ledger, RemembersOverRuns) {
  FakeHost host;
  const LedgerEntry bridge{"bridge", "bridge1"};
  const LedgerEntry sysctl{"sysctl", "net.ipv4.ip_forward", "0"};
  {
    const auto ledger = open_ledger(host);
    EXPECT_THAT(ledger->entries(), IsEmpty());
    ASSERT_TRUE(ledger->claim(bridge));
    ASSERT_TRUE(ledger->claim(sysctl));
  }
  const auto ledger = open_ledger(host);
  EXPECT_THAT(ledger->entries(), ElementsAre(bridge, sysctl));
  EXPECT_THAT(ledger->of_kind("sysctl"), ElementsAre(sysctl));
  EXPECT_EQ(ledger->find("bridge", "bridge1"), bridge);
  EXPECT_EQ(ledger->find("bridge", "bridge2"), std::nullopt);
  EXPECT_EQ(host.files().at(kLedgerFile).mode, 0600U);
}

TEST(Ledger, ReplacesAnEntryAndStrikesItOut) {
  FakeHost host;
  const auto ledger = open_ledger(host);
  ASSERT_TRUE(ledger->claim({"file", "/etc/x", "1"}));
  ASSERT_TRUE(ledger->claim({"file", "/etc/x", "2"}));
  EXPECT_THAT(ledger->entries(), ElementsAre(LedgerEntry{"file", "/etc/x", "2"}));
  ASSERT_TRUE(ledger->release("file", "/etc/x"));
  EXPECT_THAT(ledger->entries(), IsEmpty());
  EXPECT_FALSE(host.exists(kLedgerFile));  // nothing is left of it
  EXPECT_TRUE(ledger->release("file", "/etc/x"));
}

TEST(Ledger, KeepsWhatItHadWhereItCannotWrite) {
  FakeHost host;
  const auto ledger = open_ledger(host);
  ASSERT_TRUE(ledger->claim({"bridge", "a"}));
  host.refuse_write(kLedgerFile);
  EXPECT_FALSE(ledger->claim({"bridge", "b"}));
  EXPECT_THAT(ledger->entries(), ElementsAre(LedgerEntry{"bridge", "a"}));
}

TEST(Ledger, RefusesToGuess) {
  for (const char* const text : {"", "{", "[]", "{\"format\": 2, \"made\": []}", "{\"format\": 1, \"made\": [{}]}",
                                 "{\"format\": 1, \"made\": [{\"kind\": \"a\", \"name\": 1}]}"}) {
    FakeHost host;
    host.put(kLedgerFile, text);
    const auto opened = Ledger::open(host, kLedgerFile);
    ASSERT_FALSE(opened) << text;
    EXPECT_THAT(opened.error().message, HasSubstr(kLedgerFile));
  }
}

TEST(Ledger, TakesEntriesFromManyThreads) {
  FakeHost host;
  const auto ledger = open_ledger(host);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int j = 0; j < 20; ++j) EXPECT_TRUE(ledger->claim({"file", std::to_string(i * 100 + j)}));
      });
    }
  }
  EXPECT_EQ(open_ledger(host)->entries().size(), 80U);
}

TEST(Ledger, IsOfOneCluster) {
  FakeHost host;
  ASSERT_TRUE(Ledger::open(host, "/x/made.json", "one").value()->claim({"bridge", "b"}));
  EXPECT_TRUE(Ledger::open(host, "/x/made.json", "one"));
  EXPECT_TRUE(Ledger::open(host, "/x/made.json"));
  EXPECT_EQ(Ledger::open(host, "/x/made.json", "two").error().message,
            "/x/made.json is of cluster 'one', and this is 'two': give each a spec.hypervisor.folder of its own");
  host.put("/x/made.json", R"({"format": "1", "made": []})");
  EXPECT_FALSE(Ledger::open(host, "/x/made.json"));
}

}  // namespace
}  // namespace provisioner::step
