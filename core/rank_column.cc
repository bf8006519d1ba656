#include "core/rank_column.h"

#include <algorithm>

#include "core/assert.h"

namespace rekindle {
namespace {

constexpr size_t kStepsPerBlock = 512;

template <typename Steps>
auto place_in(Steps& steps, const RankValue& value) {
  return std::lower_bound(
      steps.begin(), steps.end(), value,
      [](const auto& step, const RankValue& wanted) { return step.value < wanted; });
}

// ⌊share × n⌋ and ⌈share × n⌉.
int64_t down(uint32_t share, int64_t n) {
  return static_cast<int64_t>(static_cast<__int128>(share) * n / kRankShareOne);
}
int64_t up(uint32_t share, int64_t n) {
  return static_cast<int64_t>((static_cast<__int128>(share) * n + kRankShareOne - 1) /
                              kRankShareOne);
}

}  // namespace

size_t RankColumn::block_of(const RankValue& value) const {
  const auto after = std::upper_bound(
      x_blocks.begin(), x_blocks.end(), value,
      [](const RankValue& wanted, const Block& b) { return wanted < b.steps.front().value; });
  return after == x_blocks.begin() ? 0 : static_cast<size_t>(after - x_blocks.begin()) - 1;
}

void RankColumn::add(const RankValue& value) {
  ++x_size;
  if (x_blocks.empty()) x_blocks.emplace_back();
  const size_t index = x_blocks.front().steps.empty() ? 0 : block_of(value);
  Block& block = x_blocks[index];
  ++block.customers;
  const auto place = place_in(block.steps, value);
  if (place != block.steps.end() && place->value == value) {
    ++place->customers;
    return;
  }
  block.steps.insert(place, {value, 1});
  if (block.steps.size() <= kStepsPerBlock) return;
  Block upper;
  const auto middle = block.steps.begin() + kStepsPerBlock / 2;
  upper.steps.assign(middle, block.steps.end());
  block.steps.erase(middle, block.steps.end());
  for (const Step& step : upper.steps) upper.customers += step.customers;
  block.customers -= upper.customers;
  x_blocks.insert(x_blocks.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(upper));
}

void RankColumn::remove(const RankValue& value) {
  RK_ASSERT(x_size > 0);
  --x_size;
  const size_t index = block_of(value);
  Block& block = x_blocks[index];
  const auto place = place_in(block.steps, value);
  RK_ASSERT(place != block.steps.end() && place->value == value);
  --block.customers;
  if (--place->customers > 0) return;
  block.steps.erase(place);
  if (block.steps.empty()) x_blocks.erase(x_blocks.begin() + static_cast<std::ptrdiff_t>(index));
}

RankValue RankColumn::nth(int64_t n) const {
  RK_ASSERT(n >= 0 && n < x_size);
  auto block = x_blocks.begin();
  for (; n >= block->customers; ++block) n -= block->customers;
  auto step = block->steps.begin();
  for (; n >= step->customers; ++step) n -= step->customers;
  return step->value;
}

std::optional<RankValue> RankColumn::above(const RankValue& value) const {
  if (x_blocks.empty()) return std::nullopt;
  const size_t index = block_of(value);
  for (const Step& step : x_blocks[index].steps) {
    if (step.value > value) return step.value;
  }
  if (index + 1 == x_blocks.size()) return std::nullopt;
  return x_blocks[index + 1].steps.front().value;
}

RankPosition position_of(const RankCut& cut, const RankColumn& column) {
  const int64_t n = column.size();
  if (n == 0) return RankPosition::after_all();
  if (cut.kind == RankCut::Kind::kTop) {
    const int64_t most = up(cut.share, n);  // who has fewer above than this
    if (most >= n) return RankPosition::before_all();
    return most == 0 ? RankPosition::after_all() : RankPosition::at(column.nth(n - most));
  }
  const int64_t least =
      cut.kind == RankCut::Kind::kAtLeast ? up(cut.share, n) : down(cut.share, n) + 1;
  if (least == 0) return RankPosition::before_all();
  if (least >= n) return RankPosition::after_all();
  const std::optional<RankValue> first = column.above(column.nth(least - 1));
  return first ? RankPosition::at(*first) : RankPosition::after_all();
}

}  // namespace rekindle
