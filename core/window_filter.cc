// Whether an entry or an event passes a filter.
#include <algorithm>

#include "core/window.h"
#include "core/window_slice.h"

namespace rekindle {

using window_detail::Entry;

namespace {

NameHash ItemKey::*name_field(ItemField field) {
  switch (field) {
    case ItemField::kProduct: return &ItemKey::product;
    case ItemField::kCategory: return &ItemKey::category;
    case ItemField::kBrand: return &ItemKey::brand;
  }
  return &ItemKey::product;
}

bool holds(Compare compare, __int128 left, __int128 right) {
  switch (compare) {
    case Compare::kEqual: return left == right;
    case Compare::kNotEqual: return left != right;
    case Compare::kLess: return left < right;
    case Compare::kLessOrEqual: return left <= right;
    case Compare::kGreater: return left > right;
    case Compare::kGreaterOrEqual: return left >= right;
  }
  return false;
}

struct Amounts {
  int64_t value = kNoMoney;
  uint32_t pieces = 0;
  bool has_pieces = false;
};

bool term_holds(const FilterTerm& term, const ItemKey& item, const Amounts& amounts,
                int64_t money_scale) {
  if (term.kind == FilterTerm::Kind::kItem) {
    // An absent name equals nothing, not even a literal whose hash says "absent".
    const NameHash name = item.*name_field(term.item_field);
    const bool equal = name != kNoName && name == term.name;
    return equal == (term.compare == Compare::kEqual);
  }
  constexpr int64_t kLiteralScale = 10'000;
  if (term.amount_field == AmountField::kValue) {
    return amounts.value != kNoMoney &&
           holds(term.compare, static_cast<__int128>(amounts.value) * kLiteralScale,
                 static_cast<__int128>(term.number_e4) * money_scale);
  }
  return amounts.has_pieces &&
         holds(term.compare, static_cast<__int128>(amounts.pieces) * kLiteralScale, term.number_e4);
}

template <typename ItemAt>
bool passes_items(const Filter& filter, size_t items, const Amounts& amounts, int64_t money_scale,
                  ItemAt&& item_at) {
  if (filter.clauses.empty()) return true;
  const ItemKey nothing;
  for (size_t i = 0; i < std::max<size_t>(items, 1); ++i) {
    const ItemKey& item = items == 0 ? nothing : item_at(i);
    for (const auto& clause : filter.clauses) {
      const bool all = std::all_of(clause.begin(), clause.end(), [&](const FilterTerm& term) {
        return term_holds(term, item, amounts, money_scale);
      });
      if (all) return true;
    }
  }
  return false;
}

}  // namespace

bool passes(const Filter& filter, const Timeline& timeline, const Entry& entry,
            int64_t money_scale) {
  return passes_items(filter, entry.line_count,
                      {entry.value, entry.pieces, window_detail::has_pieces(entry)}, money_scale,
                      [&](size_t i) -> const ItemKey& { return timeline.item_of(entry, i); });
}

namespace {

// The one comparison of a name with a literal that a filter is, most often; null: it is another.
const FilterTerm* only_name(const Filter& filter) {
  if (filter.clauses.size() != 1 || filter.clauses[0].size() != 1) return nullptr;
  const FilterTerm& term = filter.clauses[0][0];
  const bool is_name = term.kind == FilterTerm::Kind::kItem && term.compare == Compare::kEqual &&
                       term.name != kNoName;
  return is_name ? &term : nullptr;
}

NameHash name_of(const Item& item, ItemField field) {
  switch (field) {
    case ItemField::kProduct: return item.product_hash;
    case ItemField::kCategory: return item.category_hash;
    case ItemField::kBrand: return item.brand_hash;
  }
  return kNoName;
}

}  // namespace

bool passes(const Filter& filter, const Event& event, int64_t money_scale) {
  if (const FilterTerm* const term = only_name(filter)) {
    for (const Item& item : event.items) {
      if (name_of(item, term->item_field) == term->name) return true;
    }
    return false;
  }
  const uint32_t pieces = pieces_of(event);
  ItemKey key;
  return passes_items(filter, event.items.size(),
                      {worth_of(event), pieces, !event.items.empty() || pieces > 0}, money_scale,
                      [&](size_t i) -> const ItemKey& {
                        const Item& item = event.items[i];
                        key = {item.product_hash, item.category_hash, item.brand_hash};
                        return key;
                      });
}

namespace window_detail {

Matcher::Matcher(const Timeline& timeline, const Filter* filter, int64_t money_scale)
    : x_timeline(timeline), x_filter(filter), x_money_scale(money_scale) {
  if (filter == nullptr || filter->clauses.empty()) {
    x_filter = nullptr;
    return;
  }
  x_only = only_name(*filter);
  if (x_only != nullptr) x_name = name_field(x_only->item_field);
}

}  // namespace window_detail

}  // namespace rekindle
