#include "operators/decide/candidates/price_drop.h"

#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::product;
using ::testing::ElementsAre;

class PriceDropTest : public OneSource {
 protected:
  static Product dropped(const char* id, int64_t from, int64_t price, Duration ago) {
    Product one = product(id, "X", price);
    one.dropped_from = from;
    one.dropped_at = kNoon - ago;
    return one;
  }
};

TEST_F(PriceDropTest, OffersWhatCostsLessThanWhenItWasSeenTheLargestDropFirst) {
  make({dropped("a", 1'000, 900, days(2)), dropped("b", 1'000, 500, days(2)),
        dropped("seen_after", 1'000, 500, days(9)), dropped("little", 1'000, 960, days(2)),
        dropped("long_ago", 1'000, 500, days(31)), dropped("ahead", 1'000, 500, days(-1)),
        dropped("bought", 1'000, 500, days(2)), dropped("not_seen", 1'000, 500, days(2)),
        product("same", "X")},
       {{.source = "price_drop"}});
  for (const char* id : {"a", "b", "seen_after", "little", "ahead", "same"}) {
    did(x_visitor, kNoon - days(5), kView, id);
  }
  did(x_visitor, kNoon - days(50), kView, "long_ago");
  did(x_visitor, kNoon - days(5), kBuy, "bought");
  EXPECT_THAT(offered(), ElementsAre("b", "a"));
  const Offer offer = decide().offers[0];
  EXPECT_EQ(offer.price, "5.00");
  EXPECT_EQ(offer.list_price, "10.00");
  EXPECT_EQ(offer.reasons[0],
            "you looked at it on 2026-10-29, since 2026-11-01 it costs 50 % less");
}

TEST_F(PriceDropTest, SaysWhyThereIsNone) {
  make({dropped("a", 1'000, kNoMoney, days(2))}, {{.source = "price_drop"}});
  did(x_visitor, kNoon - days(5), kView, "a");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was viewed costs less now"));
}

}  // namespace
}  // namespace rekindle::operators
