// Any bytes: compiling an expression either gives rendered faults or a program, and the program can
// be evaluated and says an instant that lies ahead.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/assert.h"
#include "core/visitor.h"
#include "operators/audience/program.h"

namespace {

using namespace rekindle;

constexpr EventTime kNow{1'700'000'000'000};
constexpr operators::audience::KnownAudience kKnown[] = {{"heroes", AudienceId{1}},
                                                         {"others", AudienceId{2}}};

const Visitor& someone() {
  static const Visitor visitor = [] {
    Visitor made;
    made.first_seen = kNow - days(90);
    made.last_seen = kNow - minutes(3);
    made.lifetime.events = 40;
    made.lifetime.orders = 3;
    made.lifetime.coupon_orders = 1;
    made.lifetime.purchased = 9'000;
    made.lifetime.first_order = kNow - days(80);
    made.lifetime.last_order = kNow - days(2);
    made.memberships.push_back({AudienceId{1}, 1, kNow - days(3)});
    made.profile = std::make_unique<Profile>();
    made.profile->traits = {{"age", "42", kNow}, {"country", "DE", kNow}};
    made.profile->consents = {{"ads", true, kNow}};
    made.profile->first_campaign = Campaign{"mail", "", "spring", kNow - days(9)};
    made.profile->last_campaign = Campaign{"search", "cpc", "", kNow - days(1)};
    for (int i = 0; i < 40; ++i) {
      Event event;
      event.type = EventType{static_cast<uint64_t>(1 + i % 31)};
      event.at = kNow - hours(i * i) + seconds(2);
      event.items.resize(static_cast<size_t>(i % 3));
      for (Item& item : event.items) {
        item.product_hash = item_name_hash("a");
        item.category_hash = item_name_hash(i % 2 ? "x" : "shoes");
        item.price = 100 * i;
      }
      RK_ASSERT(made.timeline.add(event));
    }
    return made;
  }();
  return visitor;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Site site = [] {
    Site made;
    made.currency = *Currency::parse("EUR");
    return made;
  }();
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto program = operators::audience::compile(source, {}, kKnown);
  if (!program) {
    RK_ASSERT(program.error().code == ErrorCode::kInvalidExpression);
    RK_ASSERT(program.error().detail.find("expression:") == 0);
    return 0;
  }
  Holds answer = program->evaluate(someone(), site, kNow);
  for (int i = 0; i < 8 && answer.until != EventTime::never(); ++i) {
    const EventTime next = answer.until;
    answer = program->evaluate(someone(), site, next);
    RK_ASSERT(answer.until > next);
  }
  return 0;
}
