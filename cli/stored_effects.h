// What `rekindle verify` compares a replay's effects with. Thread: one.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/change.h"
#include "core/claim.h"
#include "core/log_format.h"

namespace rekindle::cli {

// One stream of effects as the log has it, taken off its front, one by one, as the replay produces
// them again. Its oldest part may have been let go. Effects of erased visitors are blank, and no
// replay produces them: they are passed over.
template <typename Effect>
class StoredEffects {
 public:
  using Read = bool (*)(ByteReader&, Effect&);
  explicit StoredEffects(Read read) : x_read(read) {}

  [[nodiscard]] bool add(uint64_t first_seq, std::string_view value) {
    if (x_begin == 0) x_begin = first_seq;
    return for_each(value, [&](const Effect& effect, std::string_view bytes) {
      const uint64_t seq = first_seq++;
      if (is_blank(effect)) return x_blank.push_back(seq);
      x_effects.emplace_back(seq, bytes);
    });
  }
  // How many of the value's effects are not the next stored ones. Empty: they were let go.
  [[nodiscard]] std::optional<size_t> take(uint64_t first_seq, std::string_view value) {
    size_t others = 0;
    bool let_go = false;
    const bool whole = for_each(value, [&](const Effect&, std::string_view bytes) {
      const uint64_t nth = first_seq++;
      const uint64_t seq = nth + blank_before(nth);
      if (seq < x_begin) {
        let_go = true;
        return;
      }
      if (x_effects.empty()) return void(++others);
      others += x_effects.front() != std::pair(seq, std::string(bytes));
      x_effects.pop_front();
    });
    x_missed = x_missed || let_go;
    if (let_go) return std::nullopt;
    return others + !whole;
  }
  // Everything up to here was let go, and nothing is left.
  void begin_after(uint64_t seq) { x_begin = seq + 1; }
  [[nodiscard]] bool is_empty() const { return x_effects.empty() && x_blank.empty(); }
  [[nodiscard]] bool is_taken() const { return x_effects.empty(); }
  [[nodiscard]] bool missed() const { return x_missed; }
  [[nodiscard]] uint64_t begin() const { return x_begin; }
  // Of a place in the stream as it was: how many up to there are blank now.
  [[nodiscard]] uint64_t blank_upto(uint64_t seq) const {
    return static_cast<uint64_t>(std::upper_bound(x_blank.begin(), x_blank.end(), seq) -
                                 x_blank.begin());
  }

 private:
  template <typename Visit>
  [[nodiscard]] bool for_each(std::string_view value, Visit visit) {
    std::string_view content;
    const auto count = read_effects_header(value, content);
    if (!count) return false;
    ByteReader reader(content);
    Effect effect;
    for (uint32_t i = 0; i < *count; ++i) {
      const size_t begin = content.size() - reader.left();
      if (!x_read(reader, effect)) return false;
      visit(effect, content.substr(begin, content.size() - reader.left() - begin));
    }
    return reader.at_end();
  }
  // How many blank ones lie before what a replay counts as its n-th.
  [[nodiscard]] uint64_t blank_before(uint64_t nth) {
    while (x_passed < x_blank.size() && x_blank[x_passed] <= nth + x_passed) ++x_passed;
    return x_passed;
  }

  Read x_read;
  std::deque<std::pair<uint64_t, std::string>> x_effects;
  std::vector<uint64_t> x_blank;  // ascending
  size_t x_passed = 0;            // of x_blank
  uint64_t x_begin = 0;
  bool x_missed = false;
};

}  // namespace rekindle::cli
