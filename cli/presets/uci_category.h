// A category for a product of the UCI "Online Retail" file, which has none: read off its name.
//
// The rule: codes that are no product (postage, bank charges, …) are "service", gift_… is
// "gift voucher". Otherwise the words of the description are looked up from the last to the first
// in a list of nouns (uci_category.cc), singular or plural, because an English product name ends in
// what the thing is: "RED RETROSPOT LUNCH BAG" → "bag", "CAKE TINS PANTRY DESIGN" → "tin". Without
// any such word: "other". The same description always has the same category.
#pragma once

#include <string_view>

namespace rekindle::cli {

[[nodiscard]] std::string_view uci_category(std::string_view stock_code,
                                            std::string_view description);

}  // namespace rekindle::cli
