#include "operators/offers/attribution.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/limits.h"
#include "operators/offers/exposures.h"

namespace rekindle::operators::offers {
namespace {

struct Touch {
  Exposure* exposure = nullptr;
  bool is_click = false;
  EventTime at;
  // A click says more than a view; of two alike the later counts.
  friend bool operator<(const Touch& a, const Touch& b) {
    return a.is_click != b.is_click ? b.is_click : a.at < b.at;
  }
};

bool is_within(EventTime touched, Duration window, EventTime at) {
  return touched != EventTime::never() && touched <= at && at < touched + window;
}

std::optional<Touch> touch_of(Exposure& exposure, const SoldLine& line) {
  if (!exposure.was_shown()) return std::nullopt;
  if (exposure.product != kNoName && exposure.product != line.product) return std::nullopt;
  if (is_within(exposure.clicked_at, exposure.click_window, line.at)) {
    return Touch{&exposure, true, exposure.clicked_at};
  }
  const bool is_dismissed = exposure.dismissed_at <= line.at;
  if (!is_dismissed && is_within(exposure.shown_at, exposure.view_window, line.at)) {
    return Touch{&exposure, false, exposure.shown_at};
  }
  return std::nullopt;
}

void settle(const SoldLine& line, OfferHistory& history, Context& context) {
  std::vector<Touch> touches;
  for (Exposure& exposure : history.exposures) {
    if (const auto touch = touch_of(exposure, line)) touches.push_back(*touch);
  }
  if (touches.empty()) return;
  // The later decided of equals: max_element would name the first of them.
  const Touch last = *std::max_element(touches.rbegin(), touches.rend());
  count(*last.exposure, TallyOf::kConverted, last.exposure->has_converted ? 0 : 1, context);
  count(*last.exposure, TallyOf::kRevenueLast, line.worth, context);
  const auto shares = static_cast<int64_t>(touches.size());
  for (const Touch& touch : touches) {
    const int64_t rest = touch.exposure == last.exposure ? line.worth % shares : 0;
    count(*touch.exposure, TallyOf::kRevenueShared, line.worth / shares + rest, context);
  }
  convert(*last.exposure, context);
}

void keep(const SoldLine& line, OfferHistory& history, Context& context) {
  if (line.settles_at <= context.now()) return settle(line, history, context);
  if (history.lines.size() == limits::kSoldLinesMax) {
    settle(history.lines.front(), history, context);
    history.lines.erase(history.lines.begin());
  }
  history.lines.push_back(line);
}

}  // namespace

void take_lines(const Event& event, OfferHistory& history, Context& context) {
  const auto keep_line = [&](NameHash product, int64_t worth) {
    keep({event.at, event.at + kLateTouches, product, worth}, history, context);
  };
  bool has_prices = false;
  for (const Item& item : event.items) {
    if (item.price == kNoMoney) continue;
    has_prices = true;
    const __int128 worth = static_cast<__int128>(item.price) * item.quantity;
    const __int128 most = limits::kMoneyMinorMax;
    keep_line(item.product_hash, static_cast<int64_t>(std::clamp<__int128>(worth, -most, most)));
  }
  if (has_prices) return;
  // Without prices the first line has the order's value: a sum is all that is known of it.
  const int64_t value = event.value == kNoMoney ? 0 : event.value;
  if (event.items.empty()) return keep_line(kNoName, value);
  for (size_t i = 0; i < event.items.size(); ++i) {
    keep_line(event.items[i].product_hash, i == 0 ? value : 0);
  }
}

void settle_lines(OfferHistory& history, Context& context) {
  if (history.lines.empty()) return;
  std::vector<SoldLine> due;
  std::erase_if(history.lines, [&](const SoldLine& line) {
    const bool is_due = line.settles_at <= context.now();
    if (is_due) due.push_back(line);
    return is_due;
  });
  for (const SoldLine& line : due) settle(line, history, context);
}

}  // namespace rekindle::operators::offers
