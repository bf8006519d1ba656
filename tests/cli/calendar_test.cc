#include "cli/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/time_text.h"

namespace rekindle::cli {
namespace {

using operators::OfferConfig;
using operators::Season;
using testing::ElementsAre;
using testing::IsEmpty;

operators::Day day(const std::string& text) {
  return *operators::parse_day(text);
}
EventTime at(const std::string& text) {
  return EventTime{*parse_time(text)};
}

std::vector<std::string> planned(const operators::DecideConfig& decide, const std::string& from,
                                 const std::string& until) {
  std::vector<std::string> lines;
  for (const Plan& plan : plans_of(decide, day(from), day(until))) {
    lines.push_back(operators::day_text(plan.span.first) + " " +
                    operators::day_text(plan.span.last) + " " + plan.season + " " + plan.what);
  }
  return lines;
}

TEST(Calendar, ListsSourcesAndOffersByTheirSeasonsStartsAndEnds) {
  const Season christmas{"christmas", day("2025-12-01"), day("2025-12-24"), true};
  operators::DecideConfig decide;
  operators::SourceConfig source;
  source.source = "bestsellers";
  source.season = christmas;
  decide.placements = {{"home", {source, operators::SourceConfig{}}, {}}};
  OfferConfig yearly;
  yearly.id = "gift_wrap";
  yearly.title = "Wrapped for you";
  yearly.placements = {"cart", "home"};
  yearly.season = christmas;
  OfferConfig once;
  once.id = "autumn_ten";
  once.placements = {"cart"};
  once.start = at("2026-10-15T08:00:00Z");
  once.end = at("2026-11-02T00:00:00Z");  // not in November's second
  OfferConfig both = yearly;
  both.id = "last_minute";
  both.start = at("2026-12-20T00:00:00Z");
  OfferConfig always;
  always.id = "welcome";
  always.placements = {"home"};
  decide.offers = {yearly, once, both, always};

  EXPECT_THAT(
      planned(decide, "2026-10-20", "2027-01-17"),
      ElementsAre(
          "2026-10-20 2026-11-01  cart: offer autumn_ten",
          "2026-12-01 2026-12-24 christmas home: bestsellers",
          R"(2026-12-01 2026-12-24 christmas cart, home: offer gift_wrap "Wrapped for you")",
          R"(2026-12-20 2026-12-24 christmas cart, home: offer last_minute "Wrapped for you")"));
  EXPECT_THAT(planned(decide, "2027-01-01", "2027-03-31"), IsEmpty());
}

}  // namespace
}  // namespace rekindle::cli
