#include "operators/decide/learnt/nearest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

namespace rekindle::operators {
namespace {

std::vector<Neighbour> neighbours_of(size_t count, size_t similarities, std::mt19937_64& random) {
  std::vector<Neighbour> neighbours;
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(random() % similarities) / 7;
    neighbours.push_back({static_cast<SessionSlot>(random() % 1'000),
                          static_cast<uint32_t>(1 + i % 5), static_cast<uint32_t>(i), value});
  }
  return neighbours;
}

auto all_of(const Neighbour& neighbour) {
  return std::tuple(neighbour.slot, neighbour.distance, neighbour.rank, neighbour.similarity);
}

// Few similarities are grouped, many sorted: both as one who sorts all of them.
TEST(Nearest, AreThoseASortPutsFirst) {
  std::mt19937_64 random(5);
  Nearest nearest;
  for (const size_t similarities : {1U, 2U, 30U, 250U, 300U, 100'000U}) {
    for (const size_t count : {0U, 1U, 99U, 100U, 1'000U}) {
      for (const size_t kept : {1U, 100U, 2'000U}) {
        std::vector<Neighbour> found = neighbours_of(count, similarities, random);
        std::vector<Neighbour> expected = found;
        std::stable_sort(
            expected.begin(), expected.end(),
            [](const Neighbour& a, const Neighbour& b) { return a.similarity > b.similarity; });
        expected.resize(std::min(kept, expected.size()));
        nearest.keep(found, kept);
        ASSERT_EQ(found.size(), expected.size());
        for (size_t i = 0; i < found.size(); ++i) ASSERT_EQ(all_of(found[i]), all_of(expected[i]));
      }
    }
  }
}

}  // namespace
}  // namespace rekindle::operators
