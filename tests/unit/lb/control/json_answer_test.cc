#include "lb/control/json_answer.h"

#include <gtest/gtest.h>

namespace lb::control {
namespace {

TEST(JsonAnswer, IsOneLineWithKeysInOrder) {
  const net::HttpResponse answer = json_answer({{"z", 1}, {"a", nullptr}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.body, "{\"z\":1,\"a\":null}\n");
}

TEST(JsonAnswer, AnErrorSaysWhat) {
  const net::HttpResponse answer = error_answer(404, "nothing is here; try /v1/status");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "{\"error\":\"nothing is here; try /v1/status\"}\n");
}

TEST(JsonAnswer, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(error_answer(400, "\xff!").body, "{\"error\":\"\xef\xbf\xbd!\"}\n");
}

}  // namespace
}  // namespace lb::control
