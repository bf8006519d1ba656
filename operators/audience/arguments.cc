#include "operators/audience/arguments.h"

#include <optional>
#include <string>

namespace rekindle::operators::audience {
namespace {

std::vector<std::string_view> event_type_names() {
  std::vector<std::string_view> names{"any"};
  for (uint64_t code = 1; code < kBuiltInTypes; ++code) names.push_back(name_of(EventType{code}));
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

}  // namespace rekindle::operators::audience
