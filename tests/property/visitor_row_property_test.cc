// A visitor's row that was appended to reads as one that was written whole: the same bytes once it
// is encoded, and the same visitor whatever comes next. Random events of every kind through all
// operators: late ones, duplicates, decisions, carts told whole, many items, more of them than a
// visitor may keep; saved after any number of them, and now and then read and gone on with.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/limits.h"
#include "core/visitor_row.h"
#include "operators/catalog.h"
#include "tests/operators/one_visitor.h"

namespace rekindle {
namespace {

using testing_samples::event_of;
using testing_samples::item_of;
using testing_samples::kNoon;
using testing_samples::OneVisitor;

std::string whole_bytes(const Visitor& visitor) {
  std::string out;
  encode_visitor(visitor, out);
  return out;
}

class SavedShopping {
 public:
  SavedShopping(uint64_t seed, size_t products) : x_random(seed), x_products(products) {
    x_one.site.name = "shop";
    x_one.site.id = site_id("shop");
    x_one.site.currency = *Currency::parse("EUR");
    x_one.visitor.site = x_one.site.id;
    x_one.visitor.name = "visitor";
    x_one.visitor.key = visitor_key(x_one.site.id, "visitor");
  }

  void run(size_t events, size_t apart) {
    for (size_t i = 0; i < events; ++i) {
      x_now = x_now + milliseconds(1 + static_cast<int64_t>(pick(60'000)));
      if (pick(40) == 0) x_now = x_now + hours(static_cast<int64_t>(pick(48)));
      x_one.pass(x_now);
      x_one.send(random_event());
      if (pick(apart) == 0) save();
      if (pick(apart * 8) == 0) read_and_go_on();
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  [[nodiscard]] size_t appends() const { return x_appends; }
  [[nodiscard]] size_t saves() const { return x_saves; }
  [[nodiscard]] const Visitor& visitor() const { return x_one.visitor; }

 private:
  size_t pick(size_t n) { return static_cast<size_t>(x_random() % n); }

  std::string_view word(std::string text) {
    return x_words.emplace_back(std::make_unique<std::string>(std::move(text)))->c_str();
  }

  void save() {
    std::string bytes;
    ++x_saves;
    if (x_one.row.save(x_one.visitor, bytes)) {
      ++x_appends;
      x_stored += bytes;
    } else {
      x_stored = bytes;
    }
    const std::string whole = whole_bytes(x_one.visitor);
    Visitor read;
    const auto decoded = decode_visitor(x_stored, read);
    ASSERT_TRUE(decoded.has_value());
    ASSERT_EQ(whole_bytes(read), whole);
    ASSERT_EQ(decoded->whole + decoded->appended, x_stored.size());
    ASSERT_LE(decoded->appended, decoded->whole / 2);
    Visitor totals;
    ASSERT_TRUE(decode_totals(x_stored, totals).has_value());
    ASSERT_EQ(totals.lifetime, x_one.visitor.lifetime);
    ASSERT_EQ(totals.last_seen, x_one.visitor.last_seen);
    ASSERT_EQ(totals.name, x_one.visitor.name);
  }

  // As after an eviction or a restart. What the operators keep of it is not reached from here.
  void read_and_go_on() {
    save();
    Visitor read;
    read.key = x_one.visitor.key;
    const auto decoded = decode_visitor(x_stored, read);
    ASSERT_TRUE(decoded.has_value());
    x_one.visitor = std::move(read);
    x_one.row = VisitorRow(*decoded);
  }

  Event random_event() {
    static constexpr EventType kTypes[] = {
        EventType::kViewItem,       EventType::kViewItem,   EventType::kViewItem,
        EventType::kPurchase,       EventType::kAddToCart,  EventType::kRemoveFromCart,
        EventType::kSearch,         EventType::kRefund,     EventType::kOfferShown,
        EventType::kOfferClicked,   EventType::kIdentify,   EventType::kConsent,
        EventType::kOfferDecided,   EventType::kCartAtMost, EventType::kCartAtLeast,
        EventType::kOfferDismissed, EventType::kSignUp};
    Event event = event_of(kTypes[pick(std::size(kTypes))], x_now);
    if (pick(12) == 0) event.type = custom_type(word("quiz " + std::to_string(pick(40))));
    event.site = x_one.site.id;
    event.visitor = x_one.visitor.key;
    event.visitor_name = x_one.visitor.name;
    if (pick(6) == 0) event.at = x_now - hours(static_cast<int64_t>(pick(400)));
    if (pick(10) > 0) event.event_id = pick(9) == 0 ? x_sent : x_sent = x_random() | 1;
    if (pick(3) == 0) event.value = static_cast<int64_t>(pick(100'000)) - 20'000;
    const bool sells = event.type == EventType::kPurchase || event.type == EventType::kRefund;
    if (sells && pick(4) > 0) event.order_hash = 1 + pick(300);
    if (pick(9) == 0) event.consent = pick(2) == 0 ? R"({"ads":true})" : R"({"email":false})";
    if (event.type == EventType::kIdentify) event.props = R"({"country":"DE","age":"44"})";
    if (pick(20) == 0) event.campaign_source = "mail";
    if (event.type != EventType::kIdentify) add_items(event);
    return event;
  }

  void add_items(Event& event) {
    const size_t many = pick(60) == 0 ? pick(200) : pick(4);
    for (size_t i = 0; i < many; ++i) {
      const auto named = [&](const char* prefix) {
        return pick(5) == 0 ? std::string_view() : word(prefix + std::to_string(pick(7)));
      };
      const int64_t price = pick(6) == 0 ? kNoMoney : static_cast<int64_t>(pick(9'000));
      event.items.push_back(item_of(word("p" + std::to_string(pick(x_products))), named("c"), price,
                                    static_cast<uint32_t>(pick(4)), named("b")));
    }
  }

  OneVisitor x_one{operators::make_operators(Rules(), {}).value()};
  std::mt19937_64 x_random;
  size_t x_products;
  EventTime x_now = kNoon;
  NameHash x_sent = 1;
  std::string x_stored;
  size_t x_saves = 0;
  size_t x_appends = 0;
  std::vector<std::unique_ptr<std::string>> x_words;
};

TEST(VisitorRowProperty, AppendedRowsReadAsWholeOnes) {
  size_t saves = 0;
  size_t appends = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    SavedShopping shopping(seed, seed % 3 == 0 ? 5'000 : 12);
    shopping.run(40 + seed * 5, 1 + seed % 7);
    ASSERT_FALSE(HasFatalFailure());
    saves += shopping.saves();
    appends += shopping.appends();
  }
  EXPECT_GT(appends, saves / 2);
}

TEST(VisitorRowProperty, AlsoBeyondWhatAVisitorMayKeep) {
  SavedShopping shopping(77, 5'000);
  shopping.run(4'000, 6);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(shopping.visitor().timeline.size(), limits::kTimelineEntriesMax);
  EXPECT_EQ(shopping.visitor().seen.event_ids.size(), limits::kDedupeIdsMax);
  EXPECT_GT(shopping.appends(), shopping.saves() / 2);
}

}  // namespace
}  // namespace rekindle
