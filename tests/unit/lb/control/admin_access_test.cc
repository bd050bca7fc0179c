#include "lb/control/admin_access.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/file_system.h"
#include "tests/support/temporary_folder.h"

namespace lb::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Door = net::HttpRequest::Door;

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

net::HttpRequest change(Door door, const std::string& authorization = "") {
  return {.method = net::HttpRequest::Method::kPatch, .path = "/", .door = door, .authorization = authorization};
}

int status_of(const AdminAccess& access, const std::string& authorization) {
  const auto refusal = access.refusal_of_change(change(Door::kTcp, authorization));
  return refusal ? refusal->status : 200;
}

class TokenFileTest : public ::testing::Test {
 protected:
  base::Result<AdminToken> read(const std::string& content, mode_t mode = 0600) {
    EXPECT_TRUE(base::write_file(file_, content, mode));
    return read_admin_token(file_);
  }

  tests::support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "token";
};

TEST(AdminAccess, TheControlSocketIsForEverything) {
  AdminAccess access;
  EXPECT_FALSE(access.refusal_of_change(change(Door::kUnixSocket)));
  access.set_token(kToken);
  EXPECT_FALSE(access.refusal_of_change(change(Door::kUnixSocket, "Bearer wrong")));
}

TEST(AdminAccess, TcpIsForReadingWhereThereIsNoToken) {
  const AdminAccess access;
  const auto refusal = access.refusal_of_change(change(Door::kTcp, std::string("Bearer ") + kToken));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 403);
  EXPECT_THAT(refusal->body, HasSubstr("set admin.tokenFile in cluster.yaml"));
}

TEST(AdminAccess, TcpWantsTheToken) {
  AdminAccess access;
  access.set_token(kToken);
  const std::string token = kToken;
  EXPECT_EQ(status_of(access, "Bearer " + token), 200);
  EXPECT_EQ(status_of(access, "bearer   " + token), 200);
  for (const std::string& wrong :
       {std::string(), std::string("Bearer"), std::string("Bearer "), "Bearer" + token, "Basic " + token, token,
        fmt::format("Bearer {}0", token), "Bearer " + token.substr(1), "Bearer " + token.substr(0, 31),
        "Bearer 1" + token.substr(1), fmt::format("Bearer {}{}", token, token)}) {
    EXPECT_EQ(status_of(access, wrong), 401) << wrong;
  }
}

TEST(AdminAccess, ARefusalSaysHowToShowTheToken) {
  AdminAccess access;
  access.set_token(kToken);
  const auto missing = access.refusal_of_change(change(Door::kTcp));
  EXPECT_EQ(missing->headers.at(0),
            (std::pair<std::string, std::string>("WWW-Authenticate", "Bearer realm=\"keepstate-lb\"")));
  EXPECT_THAT(missing->body, HasSubstr("send the header Authorization: Bearer TOKEN"));
  const auto wrong = access.refusal_of_change(change(Door::kTcp, "Bearer wrong"));
  EXPECT_THAT(wrong->headers.at(0).second, HasSubstr("error=\"invalid_token\""));
}

TEST_F(TokenFileTest, IsOneLine) {
  EXPECT_EQ(read(std::string(kToken) + "\n")->value, kToken);
  EXPECT_EQ(read(std::string(kToken) + "\r\n")->value, kToken);
  EXPECT_EQ(read(kToken)->warning, "");
}

TEST_F(TokenFileTest, OneThatOthersMayReadOrChangeIsAWarning) {
  for (const mode_t mode : {0644U, 0640U, 0604U, 0620U, 0602U}) {
    const auto token = read(kToken, mode);
    ASSERT_TRUE(token);
    EXPECT_THAT(token->warning, HasSubstr("may be read or changed by other users")) << mode;
  }
}

TEST_F(TokenFileTest, WhatIsNoTokenIsAnError) {
  EXPECT_THAT(read("").error().message, StartsWith(file_.string() + " is empty"));
  EXPECT_THAT(read("\n\n").error().message, HasSubstr("is empty"));
  for (const std::string& content : {std::string("short"), std::string(4097, 'x'), "two words " + std::string(kToken),
                                     std::string(kToken) + "\n" + kToken, std::string(20, '\xff')}) {
    const auto token = read(content);
    ASSERT_FALSE(token) << content;
    EXPECT_THAT(token.error().message, HasSubstr("one line of 16 to 4096 printable characters")) << content;
    EXPECT_THAT(token.error().message, Not(HasSubstr(content)));
  }
  EXPECT_THAT(read_admin_token(folder_.path() / "none").error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace lb::control
