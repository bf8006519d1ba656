#include "operators/audience/arguments.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.h"
#include "operators/audience/filter.h"

namespace rekindle::operators::audience {
namespace {

std::vector<std::string_view> event_type_names() {
  std::vector<std::string_view> names{"any"};
  for (uint64_t code = 1; code < kNamedTypes; ++code) names.push_back(name_of(EventType{code}));
  return names;
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text.append(i + 1 == words.size() ? " or " : ", ");
    text.append(words[i]);
  }
  return text;
}

// The place of the next word in `words`.
std::optional<size_t> read_word(TokenReader& tokens, const std::vector<std::string_view>& words) {
  const Token& token = tokens.peek();
  for (size_t i = 0; i < words.size(); ++i) {
    if (token.is_name(words[i])) {
      tokens.take();
      return i;
    }
  }
  tokens.fault_here("expected " + listed(words) + did_you_mean(token.text, words));
  return std::nullopt;
}

}  // namespace

bool read_event_type(TokenReader& tokens, TypeSelector& types) {
  const Token& token = tokens.peek();
  if (token.kind != TokenKind::kName && token.kind != TokenKind::kString) {
    tokens.fault_here("expected an event type, 'any' or custom:NAME");
    return false;
  }
  const std::optional<EventType> type = parse_event_type(token.text);
  if (!type && token.text != "any") {
    tokens.fault_here("unknown event type '" + token.text + "'" +
                      did_you_mean(token.text, event_type_names()));
    return false;
  }
  types.type = type.value_or(EventType::kNone);
  tokens.take();
  return true;
}

bool read_amount_field(TokenReader& tokens, AmountField& field) {
  const std::optional<size_t> place = read_word(tokens, {"value", "quantity"});
  if (place) field = static_cast<AmountField>(*place);
  return place.has_value();
}

bool read_distinct_field(TokenReader& tokens, DistinctField& field) {
  const std::optional<size_t> place = read_word(tokens, {"product", "category", "brand", "order"});
  if (place) field = static_cast<DistinctField>(*place);
  return place.has_value();
}

bool read_step(TokenReader& tokens, std::vector<Step>& steps) {
  Step step;
  if (!read_event_type(tokens, step.types)) return false;
  if (tokens.take_if(TokenKind::kLeftBracket)) {
    std::optional<Filter> filter = parse_filter(tokens, TokenKind::kRightBracket);
    if (!filter) return false;
    step.filter = std::move(*filter);
    tokens.take();  // the ']' that parse_filter stopped at
  }
  steps.push_back(std::move(step));
  return true;
}

bool read_steps(TokenReader& tokens, std::vector<Step>& steps) {
  const auto ends = [](const Token& token) {
    return token.is_name("within") || token.is_name("last");
  };
  const Span first = tokens.peek().where;
  const size_t level = tokens.level();
  bool good = true;
  const auto next = [&] {  // a faulty step does not keep the later ones from being checked
    if (read_step(tokens, steps)) return;
    good = false;
    tokens.skip_argument(level);
  };
  next();
  while (tokens.at(TokenKind::kComma) && !ends(tokens.peek_second())) {
    tokens.take();
    next();
  }
  if (!good) return false;
  const Span all{first.begin, tokens.last().end};
  if (steps.size() < 2) {
    tokens.fault(all, "a sequence has two steps or more");
    return false;
  }
  if (steps.size() > limits::kSequenceStepsMax) {
    tokens.fault(all,
                 "a sequence has at most " + std::to_string(limits::kSequenceStepsMax) + " steps");
    return false;
  }
  return true;
}

bool read_keyword(TokenReader& tokens, std::string_view word, std::string_view example) {
  if (tokens.take_if_name(word)) return true;
  const std::string& text = tokens.peek().text;
  tokens.fault_here("expected '" + std::string(word) + "', as in '" + std::string(example) + "'" +
                    did_you_mean(text, {word}));
  return false;
}

bool read_string(TokenReader& tokens, std::string& text) {
  const Token& token = tokens.peek();
  if (token.kind != TokenKind::kString) {
    tokens.fault_here("expected a name in quotes");
    return false;
  }
  if (token.text.empty() || token.text.size() > limits::kIdBytesMax) {
    tokens.fault_here("a name has 1 to " + std::to_string(limits::kIdBytesMax) + " bytes");
    return false;
  }
  text = tokens.take().text;
  return true;
}

bool read_offer(TokenReader& tokens, Arguments& arguments) {
  arguments.types.type = EventType::kOfferShown;
  if (tokens.take_if_name("any_offer")) return true;
  if (!tokens.at(TokenKind::kString)) {
    tokens.fault_here("expected an offer's id in quotes, or any_offer" +
                      did_you_mean(tokens.peek().text, {"any_offer"}));
    return false;
  }
  std::string id;
  if (!read_string(tokens, id)) return false;
  FilterTerm is_offer;
  is_offer.name = item_name_hash(id);
  arguments.filter = Filter{{{is_offer}}};
  return true;
}

bool read_purpose(TokenReader& tokens, std::string& purpose) {
  if (!tokens.at(TokenKind::kName)) return read_string(tokens, purpose);
  purpose = tokens.take().text;
  return true;
}

bool read_audience(TokenReader& tokens, std::span<const KnownAudience> known,
                   std::optional<AudienceVersion>& audience) {
  const Token& token = tokens.peek();
  if (token.kind != TokenKind::kName && token.kind != TokenKind::kString) {
    tokens.fault_here("expected the name of an audience");
    return false;
  }
  const auto found = std::find_if(known.begin(), known.end(), [&](const KnownAudience& other) {
    return other.name == token.text;
  });
  if (found == known.end()) {
    std::vector<std::string_view> names;
    for (const KnownAudience& other : known) names.push_back(other.name);
    tokens.fault_here("unknown audience '" + token.text + "'" + did_you_mean(token.text, names));
    return false;
  }
  audience = found->key();
  tokens.take();
  return true;
}

bool read_ranked(TokenReader& tokens, RankMetric& metric) {
  // In the order of RankMetric.
  static const std::vector<std::string_view> kRanked = {
      "lifetime.revenue",      "lifetime.orders",       "lifetime.aov",
      "lifetime.coupon_share", "lifetime.refund_share", "lifetime.order_interval"};
  const Token& token = tokens.peek();
  if (token.is_name("clv") || token.is_name("p_alive")) {
    tokens.fault_here("'" + token.text +
                      "' has no ranking, for it falls with time for everybody at once: rank "
                      "lifetime.revenue, or compare clv(365d) with an amount");
    return false;
  }
  if (token.is_name("since")) {
    tokens.fault_here("'since' has no ranking, rfm.recency ranks by the newest order");
    return false;
  }
  const std::optional<size_t> place = read_word(tokens, kRanked);
  if (place) metric = static_cast<RankMetric>(*place);
  return place.has_value();
}

bool read_percent(TokenReader& tokens, uint32_t& share) {
  const Token& token = tokens.peek();
  if (token.kind != TokenKind::kPercent) {
    tokens.fault_here("expected a percentage such as 20%");
    return false;
  }
  const std::optional<Rational> parts = multiply(token.value, Rational::whole(kRankShareOne / 100));
  if (!parts || !parts->is_whole() || parts->numerator <= 0 || parts->numerator > kRankShareOne) {
    tokens.fault_here("a percentage is above 0% and at most 100%, with up to 4 decimals");
    return false;
  }
  share = static_cast<uint32_t>(parts->numerator);
  tokens.take();
  return true;
}

bool read_cohort_type(TokenReader& tokens, TypeSelector& types) {
  const Span where = tokens.peek().where;
  if (!read_event_type(tokens, types)) return false;
  if (types.is_any() || types.type == EventType::kPurchase) return true;
  tokens.fault(
      where, "the first such event is not kept for ever, only first(purchase) and first(any) are");
  return false;
}

}  // namespace rekindle::operators::audience
