#include "lib/base/slab.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace base {
namespace {

struct Counted {
  Counted(int& alive_count, std::string its_name) : alive(alive_count), name(std::move(its_name)) { ++alive; }
  ~Counted() { --alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int& alive;
  std::string name;
};

std::string names(Slab<Counted>& slab) {
  std::multiset<std::string> all;
  slab.for_each([&](const Counted& object) { all.insert(object.name); });
  std::string text;
  for (const auto& name : all) text += name + " ";
  return text;
}

TEST(Slab, KeepsObjectsAtTheirAddressesWhileItGrows) {
  int alive = 0;
  Slab<Counted> slab;
  std::vector<Counted*> objects;
  for (int i = 0; i < 1000; ++i) objects.push_back(&slab.create(alive, std::to_string(i)));
  EXPECT_EQ(slab.size(), 1000U);
  EXPECT_EQ(alive, 1000);
  for (std::size_t i = 0; i < objects.size(); ++i) EXPECT_EQ(objects[i]->name, std::to_string(i));
}

TEST(Slab, UsesAFreedPlaceAgainTheLastOneFirst) {
  int alive = 0;
  Slab<Counted> slab;
  Counted& first = slab.create(alive, "first");
  Counted& second = slab.create(alive, "second");
  static_cast<void>(slab.create(alive, "third"));
  const Counted* const first_place = &first;
  const Counted* const second_place = &second;
  slab.destroy(second);
  slab.destroy(first);
  EXPECT_EQ(slab.size(), 1U);
  EXPECT_EQ(names(slab), "third ");
  EXPECT_EQ(&slab.create(alive, "a"), first_place);
  EXPECT_EQ(&slab.create(alive, "b"), second_place);
  EXPECT_EQ(names(slab), "a b third ");
}

TEST(Slab, AVisitMayDestroyWhatItVisits) {
  int alive = 0;
  Slab<Counted> slab;
  for (int i = 0; i < 200; ++i) static_cast<void>(slab.create(alive, i % 2 == 0 ? "even" : "odd"));
  slab.for_each([&](Counted& object) {
    if (object.name == "even") slab.destroy(object);
  });
  EXPECT_EQ(slab.size(), 100U);
  EXPECT_EQ(alive, 100);
  slab.for_each([](const Counted& object) { EXPECT_EQ(object.name, "odd"); });
}

TEST(Slab, DestroysWhatIsLeftWithItself) {
  int alive = 0;
  {
    Slab<Counted> slab;
    for (int i = 0; i < 130; ++i) static_cast<void>(slab.create(alive, "x"));
    EXPECT_EQ(alive, 130);
  }
  EXPECT_EQ(alive, 0);
}

struct Choosy {
  explicit Choosy(bool good) {
    if (!good) throw std::invalid_argument("no");
  }
};

TEST(Slab, AConstructorThatThrowsTakesNoPlace) {
  Slab<Choosy> slab;
  Choosy* const place = &slab.create(true);
  slab.destroy(*place);
  EXPECT_THROW(static_cast<void>(slab.create(false)), std::invalid_argument);
  EXPECT_EQ(slab.size(), 0U);
  EXPECT_EQ(&slab.create(true), place);
}

struct alignas(128) Wide {
  unsigned char bytes[128];
};

TEST(Slab, AlignsEveryPlace) {
  Slab<Wide> slab;
  for (int i = 0; i < 70; ++i) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&slab.create()) % alignof(Wide), 0U);
}

TEST(Slab, AnEmptyOneVisitsNothing) {
  Slab<Wide> slab;
  slab.for_each([](Wide&) { FAIL(); });
  EXPECT_EQ(slab.size(), 0U);
}

}  // namespace
}  // namespace base
