#include "core/joined_cart.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/limits.h"

namespace rekindle {
namespace {

// What happened to one product in one event.
struct Move {
  EventTime at;
  size_t part = 0;
  bool adds = false;
  uint32_t quantity = 0;
  bool is_known = true;      // how many it was
  bool is_repeated = false;  // it happened once, elsewhere
};

struct Line {
  uint32_t quantity = 0;
  EventTime changed_at;
};

uint32_t sum_of(uint32_t a, uint64_t b) {
  return static_cast<uint32_t>(std::min<uint64_t>(a + b, limits::kQuantityMax));
}

// As operators/cart does: of one part, or of all, where nothing counts twice. `changed_at`: of the
// cart.
Line line_after(const std::vector<Move>& moves, std::optional<size_t> part, EventTime& changed_at) {
  Line line;
  for (const Move& move : moves) {
    if (part ? move.part != *part : move.is_repeated) continue;
    if (move.quantity == 0) continue;
    if (!move.adds && line.quantity == 0) continue;
    const bool is_new = line.quantity == 0;
    if (move.adds) {
      line.quantity = sum_of(line.quantity, move.quantity);
    } else {
      line.quantity -= std::min(line.quantity, move.quantity);
    }
    line.changed_at = is_new ? move.at : std::max(line.changed_at, move.at);
    changed_at = std::max(changed_at, move.at);
  }
  return line;
}

class Joiner {
 public:
  Joiner(std::span<const Visitor* const> parts, const RepeatedEvents& repeated)
      : x_parts(parts), x_repeated(repeated) {}

  JoinedCart run() {
    for (size_t part = 0; part < x_parts.size(); ++part) {
      for (const EventType type :
           {EventType::kAddToCart, EventType::kRemoveFromCart, EventType::kPurchase}) {
        take_moves(part, type);
      }
      for (const CartLine& line : x_parts[part]->cart.lines) x_dealt[line.product].insert(part);
    }
    for (auto& [product, moves] : x_moves) {
      // What happened at one time was put in before it was taken out.
      std::stable_sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) {
        return a.at != b.at ? a.at < b.at : a.adds && !b.adds;
      });
    }
    for (const auto& [product, dealt] : x_dealt) {
      const std::vector<Move>& moves = x_moves[product];
      const bool is_repeated = std::any_of(moves.begin(), moves.end(),
                                           [](const Move& move) { return move.is_repeated; });
      if (dealt.size() > 1 || is_repeated) {
        join(product, dealt, moves);
      } else {
        copy(product, *dealt.begin(), moves);
      }
    }
    x_joined.cart.changed_at = x_changed_at;
    if (!x_all_known) {
      for (const Visitor* const part : x_parts) {
        x_joined.cart.changed_at = std::max(x_joined.cart.changed_at, part->cart.changed_at);
      }
      x_joined.exact = x_joined.exact && !x_has_joined;
    }
    auto& lines = x_joined.cart.lines;
    while (lines.size() > limits::kCartLinesMax) {
      lines.erase(std::min_element(lines.begin(), lines.end(), [](const auto& a, const auto& b) {
        return a.changed_at < b.changed_at;
      }));
    }
    return std::move(x_joined);
  }

 private:
  void take_moves(size_t part, EventType type) {
    const Timeline& timeline = x_parts[part]->timeline;
    const Timeline::List* const list = timeline.find(type);
    if (list == nullptr) return;
    const auto entries = list->entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      const bool is_repeated = x_repeated.left_out[part].count({type, i}) != 0;
      const Timeline::Entry& entry = entries[i];
      // A timeline has the pieces of all lines in one sum.
      const bool is_known = entry.line_count == 1 || entry.pieces == entry.line_count;
      for (size_t line = 0; line < entry.line_count; ++line) {
        const NameHash product = timeline.item_of(entry, line).product;
        if (product == kNoName) continue;
        const uint32_t quantity = entry.line_count == 1 ? entry.pieces : 1;
        x_moves[product].push_back(
            {entry.at, part, type == EventType::kAddToCart, quantity, is_known, is_repeated});
        x_dealt[product].insert(part);
      }
    }
  }

  [[nodiscard]] const CartLine* line_of(size_t part, NameHash product) const {
    for (const CartLine& line : x_parts[part]->cart.lines) {
      if (line.product == product) return &line;
    }
    return nullptr;
  }

  void copy(NameHash product, size_t part, const std::vector<Move>& moves) {
    const CartLine* const line = line_of(part, product);
    if (line != nullptr) x_joined.cart.lines.push_back(*line);
    const Line replayed = line_after(moves, std::nullopt, x_changed_at);
    x_all_known = x_all_known && replayed.quantity == (line == nullptr ? 0 : line->quantity);
  }

  void join(NameHash product, const std::set<size_t>& dealt, const std::vector<Move>& moves) {
    x_has_joined = true;
    EventTime ignored = EventTime::before_all();
    int64_t quantity = 0;
    const CartLine* newest = nullptr;
    bool exact = std::all_of(moves.begin(), moves.end(), [](const Move& m) { return m.is_known; });
    for (const size_t part : dealt) {
      const uint32_t replayed = line_after(moves, part, ignored).quantity;
      const CartLine* const line = line_of(part, product);
      const uint32_t own = line == nullptr ? 0 : line->quantity;
      exact = exact && replayed == own;
      quantity += int64_t{own} - int64_t{replayed};
      if (line != nullptr && is_newer(moves, part, newest)) {
        newest = line;
        x_newest = part;
      }
    }
    const Line all = line_after(moves, std::nullopt, x_changed_at);
    quantity += all.quantity;
    x_all_known = x_all_known && exact;
    if (quantity > 0 && newest == nullptr) exact = false;  // its price is not known any more
    x_joined.exact = x_joined.exact && exact;
    if (newest == nullptr || quantity <= 0) return;
    CartLine line = *newest;
    line.quantity = sum_of(0, static_cast<uint64_t>(quantity));
    line.changed_at = exact ? all.changed_at : std::max(line.changed_at, all.changed_at);
    x_joined.cart.lines.push_back(line);
  }

  // Of those in whose cart it lies, whose price was seen last: who put the product in last.
  [[nodiscard]] bool is_newer(const std::vector<Move>& moves, size_t part,
                              const CartLine* than) const {
    if (than == nullptr) return true;
    const auto last_of = [&moves](size_t of) {
      EventTime last = EventTime::before_all();
      for (const Move& move : moves) {
        if (move.part == of && move.adds) last = std::max(last, move.at);
      }
      return last;
    };
    return last_of(part) >= last_of(x_newest);
  }

  std::span<const Visitor* const> x_parts;
  const RepeatedEvents& x_repeated;
  std::map<NameHash, std::vector<Move>> x_moves;
  std::map<NameHash, std::set<size_t>> x_dealt;  // which parts did something with a product
  size_t x_newest = 0;                           // the part whose line is taken
  EventTime x_changed_at = EventTime::before_all();
  bool x_all_known = true;    // the events tell all there is to the carts
  bool x_has_joined = false;  // some product
  JoinedCart x_joined;
};

}  // namespace

JoinedCart join_carts(std::span<const Visitor* const> parts, const RepeatedEvents& repeated) {
  return Joiner(parts, repeated).run();
}

}  // namespace rekindle
