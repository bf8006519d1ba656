#include "cli/load/decision_probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace rekindle::cli {
namespace {

constexpr std::string_view kVisitor = R"("visitor":")";
constexpr std::string_view kProduct = R"("product":"p)";

uint32_t number_at(std::string_view text, size_t at) {
  uint32_t number = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

}  // namespace

DecisionProbes::DecisionProbes(std::string site, const std::string& run, std::string placement,
                               uint32_t products)
    : x_site(std::move(site)),
      x_prefix("seen-" + run + "-"),
      x_placement(std::move(placement)),
      x_products(products) {}

std::string DecisionProbes::greeting() const {
  std::string out = R"({"subscribe":{"decisions":[)";
  for (size_t i = 0; i < kVisitors; ++i) {
    fmt::format_to(std::back_inserter(out),
                   R"({}{{"site":"{}","visitor":"{}{}","placement":"{}","n":1}})",
                   i == 0 ? "" : ",", x_site, x_prefix, i, x_placement);
  }
  return out + "]}}";
}

void DecisionProbes::send(Connection& connection, int64_t due_ns) {
  const size_t visitor = x_sent % kVisitors;
  const auto product = static_cast<uint32_t>(x_sent % x_products);
  x_message.clear();
  fmt::format_to(
      std::back_inserter(x_message),
      R"({{"site":"{}","visitor":"{}{}","event_id":"{}e{}","type":"view_item","items":[{{"product":"p{}"}}]}})",
      x_site, x_prefix, visitor, x_prefix, x_sent, product);
  connection.append_message(x_message);
  x_waiting[visitor].push_back({product, due_ns});
  ++x_sent;
}

// A look that was overtaken by the next one is seen with that one.
void DecisionProbes::received(std::string_view message, int64_t now_ns) {
  const std::string visitor_key = std::string(kVisitor) + x_prefix;
  for (size_t at = message.find(visitor_key); at != std::string_view::npos;
       at = message.find(visitor_key, at)) {
    at += visitor_key.size();
    const uint32_t visitor = number_at(message, at);
    const size_t next = std::min(message.find(visitor_key, at), message.size());
    const size_t shown = message.find(kProduct, at);
    if (visitor >= kVisitors || shown >= next) continue;
    std::deque<Look>& waiting = x_waiting[visitor];
    const uint32_t product = number_at(message, shown + kProduct.size());
    const auto seen = std::find_if(waiting.begin(), waiting.end(),
                                   [&](const Look& look) { return look.product == product; });
    if (seen == waiting.end()) continue;
    const auto end = seen + 1;
    for (auto look = waiting.begin(); look != end; ++look) latency.record(now_ns - look->due_ns);
    waiting.erase(waiting.begin(), end);
  }
}

}  // namespace rekindle::cli
