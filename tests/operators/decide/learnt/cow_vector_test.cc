// Copies of an array, and of what its elements point to, against plain copies.
#include "operators/decide/learnt/cow_vector.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace rekindle::operators {
namespace {

struct Counted {
  explicit Counted(int n) : value(n) { ++alive; }
  Counted(const Counted& other) : value(other.value) { ++alive; }
  ~Counted() { --alive; }
  int value;
  static inline int alive = 0;
};

using Objects = CowVector<Counted*, 8>;

std::vector<int> values_of(const Objects& objects) {
  std::vector<int> values;
  for (size_t i = 0; i < objects.size(); ++i) {
    values.push_back(objects[i] == nullptr ? -1 : objects[i]->value);
  }
  return values;
}

// Replaces an object as a change of what is shared does.
void put(Objects& objects, std::vector<Versions::Number>& made, size_t i, int value) {
  Counted*& place = objects.change(i);
  objects.versions().retire(std::exchange(place, new Counted(value)), made[i]);
  made[i] = objects.versions().now();
}

void drop_all(Objects& objects, const std::vector<Versions::Number>& made) {
  for (size_t i = 0; i < objects.size(); ++i) objects.versions().retire(objects[i], made[i]);
}

struct Copy {
  Objects objects;
  std::vector<int> values;
};

TEST(CowVector, CopiesStayWhatTheyWereAndNothingIsLeftOver) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::deque<Copy> copies;
    {
      Objects objects;
      std::vector<Versions::Number> made;
      for (int step = 0; step < 2'000; ++step) {
        if (random() % 20 == 0) {
          objects.grow(objects.size() + random() % 5);
          made.resize(objects.size());
        }
        if (objects.size() > 0) put(objects, made, random() % objects.size(), step);
        if (random() % 30 == 0) copies.push_back({objects, values_of(objects)});
        if (copies.size() > 1 && random() % 30 == 0) {  // in any order
          copies.erase(copies.begin() + static_cast<ptrdiff_t>(random() % copies.size()));
        }
        if (step % 100 != 0) continue;
        for (const Copy& copy : copies) ASSERT_EQ(values_of(copy.objects), copy.values);
      }
      drop_all(objects, made);
    }
    for (const Copy& copy : copies) ASSERT_EQ(values_of(copy.objects), copy.values);  // outlive it
    copies.clear();
    EXPECT_EQ(Counted::alive, 0);
  }
}

TEST(CowVector, WithoutACopyNothingIsKept) {
  Objects objects;
  std::vector<Versions::Number> made(1);
  objects.grow(1);
  for (int i = 0; i < 10; ++i) put(objects, made, 0, i);
  EXPECT_EQ(Counted::alive, 1);
  Objects copy = objects;
  for (int i = 0; i < 10; ++i) put(objects, made, 0, i);
  EXPECT_EQ(Counted::alive, 2);  // the copy's, and the newest
  copy = Objects(objects);
  EXPECT_EQ(Counted::alive, 1);
  drop_all(objects, made);
}

TEST(CowVector, MovingAndClearing) {
  CowVector<int, 4> numbers;
  numbers.grow(6);
  numbers.change(5) = 7;
  const CowVector<int, 4> copy = numbers;
  CowVector<int, 4> moved = std::move(numbers);
  moved.change(5) = 8;
  EXPECT_EQ(copy[5], 7);
  EXPECT_EQ(moved[5], 8);
  moved.clear();
  EXPECT_EQ(moved.size(), 0u);
  EXPECT_EQ(copy[5], 7);
  moved.grow(2);
  EXPECT_EQ(moved[1], 0);
}

// One copy kept while many others come and go.
TEST(CowVector, ALongHistoryIsLetGoOneByOne) {
  CowVector<int, 4> numbers;
  numbers.grow(1);
  const auto first = std::make_unique<CowVector<int, 4>>(numbers);
  for (int i = 0; i < 300'000; ++i) {
    const CowVector<int, 4> next = numbers;
    numbers.change(0) = i;
  }
  EXPECT_EQ((*first)[0], 0);
}

}  // namespace
}  // namespace rekindle::operators
