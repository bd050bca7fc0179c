#include "lb/backend/condition.h"

#include <gtest/gtest.h>

#include <set>

namespace lb::backend {
namespace {

TEST(Condition, EachHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (const Condition condition : kConditions) words.insert(to_string(condition));
  EXPECT_EQ(words, (std::set<std::string_view>{"up", "draining", "down", "maintenance"}));
}

}  // namespace
}  // namespace lb::backend
