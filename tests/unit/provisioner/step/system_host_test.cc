#include "provisioner/step/system_host.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::step {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SystemHostTest : public ::testing::Test {
 protected:
  std::filesystem::path at(const char* name) const { return folder_.path() / name; }

  SystemHost host_;
  tests::support::TemporaryFolder folder_;
};

TEST_F(SystemHostTest, GivesAProgramItsInput) {
  const std::string much(300'000, 'x');
  EXPECT_EQ(host_.run({{"cat"}, much}).value().out, much);
  EXPECT_EQ(host_.run({{"cat"}}).value().out, "");
}

TEST_F(SystemHostTest, HearsProgramsInOneLanguage) {
  EXPECT_EQ(host_.run({{"sh", "-c", "echo $LC_ALL"}}).value().out, "C\n");
}

TEST_F(SystemHostTest, KillsWhatTakesTooLong) {
  EXPECT_FALSE(host_.run({{"sleep", "600"}, "", std::chrono::milliseconds(50)}));
}

TEST_F(SystemHostTest, StartsWhatLivesOn) {
  const auto pid = host_.start({"sh", "-c", "echo here; echo there >&2; exec sleep 600"}, at("log"));
  ASSERT_TRUE(pid) << pid.error().message;
  while (tests::support::content_of(at("log")) != "here\nthere\n") host_.rest(std::chrono::milliseconds(1));
  EXPECT_EQ(::getpgid(*pid), *pid);
  EXPECT_EQ(::kill(*pid, SIGKILL), 0);
  EXPECT_THAT(host_.start({"/no/such/program"}, at("log")).error().message, HasSubstr("No such file"));
}

TEST_F(SystemHostTest, WritesReadsAndRemoves) {
  EXPECT_EQ(host_.read(at("f")).value(), std::nullopt);
  ASSERT_TRUE(host_.write(at("f"), {"text", 0640}));
  EXPECT_EQ(host_.read(at("f")).value(), (FileState{"text", 0640}));
  EXPECT_TRUE(host_.exists(at("f")));
  ASSERT_TRUE(host_.remove(at("f")));
  EXPECT_FALSE(host_.exists(at("f")));
  EXPECT_TRUE(host_.remove(at("f")));
  EXPECT_TRUE(host_.remove(at("f") / "below"));
}

TEST_F(SystemHostTest, MakesFoldersWithThoseAbove) {
  const mode_t before = ::umask(077);
  ASSERT_TRUE(host_.make_folder(at("a") / "b" / "c", 0750));
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((at("a") / "b" / "c").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0750U);
  EXPECT_TRUE(host_.make_folder(at("a"), 0700));
  ASSERT_TRUE(host_.write(at("file"), {"", 0600}));
  EXPECT_THAT(host_.make_folder(at("file"), 0700).error().message, HasSubstr("File exists"));
}

TEST_F(SystemHostTest, RemovesATreeAndFollowsNoLink) {
  ASSERT_TRUE(host_.make_folder(at("kept"), 0700));
  ASSERT_TRUE(host_.write(at("kept") / "f", {"", 0600}));
  ASSERT_TRUE(host_.make_folder(at("gone"), 0700));
  std::filesystem::create_directory_symlink(at("kept"), at("gone") / "link");
  ASSERT_TRUE(host_.remove_tree(at("gone")));
  EXPECT_FALSE(host_.exists(at("gone")));
  EXPECT_TRUE(host_.exists(at("kept") / "f"));
  EXPECT_TRUE(host_.remove_tree(at("gone")));
}

TEST_F(SystemHostTest, ListsAFolder) {
  ASSERT_TRUE(host_.write(at("b"), {"", 0600}));
  ASSERT_TRUE(host_.write(at("a"), {"", 0600}));
  EXPECT_THAT(host_.list(folder_.path()).value(), ElementsAre("a", "b"));
  EXPECT_THAT(host_.list(at("none")).value(), IsEmpty());
}

TEST_F(SystemHostTest, ConnectsToASocket) {
  const base::UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("s").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_THAT(host_.connect(at("s")).error().message, HasSubstr("Connection refused"));
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  EXPECT_TRUE(host_.connect(at("s")));
  EXPECT_THAT(host_.connect(at("none")).error().message, HasSubstr("No such file"));
  EXPECT_THAT(host_.connect(at(std::string(200, 'x').c_str())).error().message, HasSubstr("too long"));
}

TEST_F(SystemHostTest, ItsClockGoesWhileItRests) {
  const auto before = host_.now();
  host_.rest(std::chrono::milliseconds(3));
  EXPECT_GE(host_.now() - before, std::chrono::milliseconds(3));
}

TEST_F(SystemHostTest, SeesALinkThatLeadsNowhere) {
  std::filesystem::create_symlink(at("nowhere"), at("link"));
  EXPECT_TRUE(host_.exists(at("link")));
}

TEST_F(SystemHostTest, PassesWhatOneProgramPrintsToTheOther) {
  const auto output = host_.pipe({{"printf", "a b"}}, {{"cat"}});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->to.out, "a b");
}

TEST(SystemHost, RunsProgramsThatNoCtrlCOfOursReaches) {
  SystemHost host;
  const auto output = host.run({{"sh", "-c", "ps -o pgid= -p $$"}});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_NE(std::stol(output->out), ::getpgrp());
}

TEST(SystemHost, SaysThatThereIsNoFolderForInput) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", "/nonexistent", 1);
  SystemHost host;
  const auto output = host.run({.argv = {"cat"}, .input = "x"});
  kept.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
  ASSERT_FALSE(output);
  EXPECT_THAT(output.error().message, ::testing::HasSubstr("TMPDIR names no folder"));
}

}  // namespace
}  // namespace provisioner::step
