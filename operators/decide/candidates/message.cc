#include "operators/decide/candidates/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rekindle::operators {
namespace {

Offer* offer_message(const MessageConfig& message, double score, std::string_view source,
                     Slate& slate) {
  if (slate.is_full()) return nullptr;
  Offer* offer = slate.propose_message(score, source);
  offer->title = message.title;
  offer->text = message.text;
  offer->url = message.url;
  return offer;
}

class PlainMessage final : public CandidateSource {
 public:
  explicit PlainMessage(const SourceConfig& config) : x_message(config.message) {}
  [[nodiscard]] std::string_view name() const override { return "message"; }
  [[nodiscard]] std::string_view propose(const DecideView&, Slate& slate) const override {
    Offer* offer = offer_message(x_message, 1, name(), slate);
    if (offer != nullptr) offer->reasons.push_back("chosen by the shop");
    return {};
  }

 private:
  MessageConfig x_message;
};

class ReferAFriend final : public CandidateSource {
 public:
  explicit ReferAFriend(const SourceConfig& config)
      : x_message(config.message), x_orders_min(config.orders_min) {}
  [[nodiscard]] std::string_view name() const override { return "refer_a_friend"; }
  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const int64_t orders = view.visitor.lifetime.orders;
    if (orders < x_orders_min) return "too few orders to refer a friend";
    Offer* offer = offer_message(x_message, 1, name(), slate);
    if (offer != nullptr) offer->reasons.push_back(fmt::format("you ordered {} times", orders));
    return {};
  }

 private:
  MessageConfig x_message;
  uint32_t x_orders_min;
};

// Each place that a name in braces takes.
std::string filled(std::string text, std::string_view name, int64_t number) {
  const std::string place = fmt::format("{{{}}}", name);
  const std::string value = std::to_string(number);
  for (size_t at = text.find(place); at != std::string::npos;
       at = text.find(place, at + value.size())) {
    text.replace(at, place.size(), value);
  }
  return text;
}

class Loyalty final : public CandidateSource {
 public:
  explicit Loyalty(const SourceConfig& config)
      : x_message(config.message), x_trait(config.trait), x_goal(config.goal_points) {}
  [[nodiscard]] std::string_view name() const override { return "loyalty"; }
  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const auto points = points_of(view.visitor);
    if (!points) return "no points are known of the visitor";
    const int64_t missing = std::max<int64_t>(0, x_goal - *points);
    MessageConfig message = x_message;
    for (std::string* text : {&message.title, &message.text}) {
      *text = filled(filled(filled(std::move(*text), "points", *points), "missing", missing),
                     "goal", x_goal);
    }
    const double share = static_cast<double>(x_goal - missing) / static_cast<double>(x_goal);
    Offer* offer = offer_message(message, share, name(), slate);
    if (offer == nullptr) return {};
    offer->reasons.push_back(
        missing == 0 ? fmt::format("you have {} points, {} are enough", *points, x_goal)
                     : fmt::format("{} of {} points, {} are missing", *points, x_goal, missing));
    return {};
  }

 private:
  [[nodiscard]] std::optional<int64_t> points_of(const Visitor& visitor) const {
    const Trait* trait = visitor.profile == nullptr ? nullptr : visitor.profile->trait(x_trait);
    if (trait == nullptr) return std::nullopt;
    int64_t points = 0;
    const char* const end = trait->value.data() + trait->value.size();
    const auto [read, error] = std::from_chars(trait->value.data(), end, points);
    if (error != std::errc{} || read != end || points < 0) return std::nullopt;
    return points;
  }

  MessageConfig x_message;
  std::string x_trait;
  int64_t x_goal;
};

}  // namespace

CandidateSourcePtr make_message(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<PlainMessage>(config);
}

CandidateSourcePtr make_refer_a_friend(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<ReferAFriend>(config);
}

CandidateSourcePtr make_loyalty(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<Loyalty>(config);
}

}  // namespace rekindle::operators
