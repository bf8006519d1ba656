#include "core/companions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rekindle {
namespace {

const IdKey kFirst{IdType::kVisitor, 1, 1};
const IdKey kSecond{IdType::kVisitor, 2, 2};
const IdKey kThird{IdType::kVisitor, 3, 3};
const IdKey kUser{IdType::kUser, 4, 4};
const IdKey kEmail{IdType::kEmail, 5, 5};

Person person(uint64_t number, const std::vector<IdKey>& visitors) {
  Person made;
  made.number = number;
  for (const IdKey& visitor : visitors) {
    made.ids.push_back({visitor, "", {}});
    made.links.push_back({made.links.size() + 1, visitor, kUser, EventType::kLogin, 1, {}});
  }
  made.ids.push_back({kUser, "", {}});
  return made;
}

std::vector<VisitorKey> changed(Companions& companions) {
  std::vector<VisitorKey> keys;
  while (companions.take_changed(1, keys)) {
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

using Keys = std::vector<VisitorKey>;

TEST(Companions, WhoCameFirstSpeaksFirstUnlessAnotherToldAnAddress) {
  Companions companions;
  Person three = person(1, {kFirst, kSecond, kThird});
  companions.set(three);
  EXPECT_EQ(companions.in_order_of_voice({2, 2}), (Keys{{1, 1}, {2, 2}, {3, 3}}));
  three.links.push_back({9, kThird, kEmail, EventType::kIdentify, 2, {}});
  companions.set(three);
  EXPECT_EQ(companions.in_order_of_voice({2, 2}), (Keys{{3, 3}, {1, 1}, {2, 2}}));
  EXPECT_EQ(companions.of({2, 2}, 9), (Keys{{1, 1}, {3, 3}}));
  EXPECT_EQ(companions.in_order_of_voice({7, 7}), Keys());
}

TEST(Companions, TellsOnceWhoIsOrWasOfAPersonThatChanged) {
  Companions companions;
  EXPECT_FALSE(companions.any());
  companions.set(person(1, {kFirst}));  // alone
  EXPECT_EQ(changed(companions), Keys());
  companions.set(person(1, {kFirst, kSecond}));
  EXPECT_TRUE(companions.any());
  EXPECT_TRUE(companions.has({1, 1}));
  EXPECT_EQ(changed(companions), (Keys{{1, 1}, {2, 2}}));
  EXPECT_EQ(changed(companions), Keys());
  companions.set(person(1, {kFirst, kThird}));
  EXPECT_EQ(changed(companions), (Keys{{1, 1}, {2, 2}, {3, 3}}));
  EXPECT_FALSE(companions.has({2, 2}));
  companions.change_all();
  EXPECT_EQ(changed(companions), (Keys{{1, 1}, {3, 3}}));
  companions.remove(1);
  EXPECT_EQ(changed(companions), (Keys{{1, 1}, {3, 3}}));
  EXPECT_FALSE(companions.any());
}

// A store that takes nothing has them read again and again: nobody changes by that.
TEST(Companions, ReadAgainOnlyThoseChangeWhoAreOthers) {
  Companions companions;
  companions.set(person(1, {kFirst, kSecond}));
  changed(companions);
  const auto read_again = [&companions](const std::vector<Person>& persons) {
    Companions fresh;
    for (const Person& one : persons) fresh.set(one);
    companions.become(fresh);
    return changed(companions);
  };
  EXPECT_EQ(read_again({person(1, {kFirst, kSecond})}), Keys());
  EXPECT_EQ(companions.of({1, 1}, 9), (Keys{{2, 2}}));
  EXPECT_EQ(read_again({person(1, {kFirst, kThird})}), (Keys{{1, 1}, {2, 2}, {3, 3}}));
  EXPECT_FALSE(companions.has({2, 2}));
  EXPECT_EQ(read_again({}), (Keys{{1, 1}, {3, 3}}));
  EXPECT_FALSE(companions.any());
}

}  // namespace
}  // namespace rekindle
