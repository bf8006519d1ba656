#include "io/control_frame.h"

#include <simdjson.h>

#include "core/limits.h"
#include "core/time_text.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace dom = simdjson::dom;
namespace {

constexpr size_t kNamesMax = limits::kAudiencesMax;
constexpr uint32_t kOffersDefault = 3;

Error wrong_type(std::string_view field) {
  return {ErrorCode::kWrongType, std::string(field)};
}

// The document stays valid as long as `parser`.
Result<dom::object> parse_object(dom::parser& parser, std::string_view json) {
  dom::object object;
  const auto error = parser.parse(json.data(), json.size(), true).get(object);
  if (error == simdjson::INCORRECT_TYPE) return wrong_type("an object is needed");
  if (error == simdjson::UTF8_ERROR) return Error{ErrorCode::kInvalidUtf8, {}};
  if (error != simdjson::SUCCESS) {
    return Error{ErrorCode::kMalformedJson, simdjson::error_message(error)};
  }
  return object;
}

// Leaves `out` alone when the field is absent.
Result<void> read_text(const dom::object& object, std::string_view name, std::string& out) {
  dom::element element;
  if (object[name].get(element) != simdjson::SUCCESS) return {};
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return wrong_type(name);
  out = text;
  return {};
}

Result<void> read_texts(const dom::object& object, std::string_view name, size_t most,
                        std::vector<std::string>& out) {
  dom::element element;
  if (object[name].get(element) != simdjson::SUCCESS) return {};
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return wrong_type(name);
  for (const dom::element item : array) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) return wrong_type(name);
    if (out.size() == most) return Error{ErrorCode::kTooManyItems, std::string(name)};
    out.emplace_back(text);
  }
  return {};
}

Result<void> read_offers_max(const dom::object& object, uint32_t& out) {
  dom::element n;
  if (object["n"].get(n) != simdjson::SUCCESS) return {};
  uint64_t number = 0;
  if (n.get(number) != simdjson::SUCCESS) return wrong_type("n");
  out = static_cast<uint32_t>(std::min<uint64_t>(number, UINT32_MAX));
  return {};
}

// Names, or {"name","n"?}; without "n" as many as the request says.
Result<void> read_placements(const dom::object& object, DecideRequest& request) {
  dom::element element;
  if (object["placements"].get(element) != simdjson::SUCCESS) return {};
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return wrong_type("placements");
  if (object["placement"].error() == simdjson::SUCCESS) {
    return Error{ErrorCode::kInvalidArgument, "give placement or placements, not both"};
  }
  for (const dom::element item : array) {
    PlacementRequest placement{{}, request.offers_max};
    std::string_view name;
    dom::object entry;
    if (item.get(name) == simdjson::SUCCESS) {
      placement.name = name;
    } else if (item.get(entry) == simdjson::SUCCESS) {
      Result<void> read = read_text(entry, "name", placement.name);
      if (read) read = read_offers_max(entry, placement.offers_max);
      if (!read) return read;
    } else {
      return wrong_type("placements");
    }
    if (request.placements.size() == limits::kPlacementsPerPageMax) {
      return Error{ErrorCode::kTooManyItems, "placements"};
    }
    request.placements.push_back(std::move(placement));
  }
  if (request.placements.empty()) return Error{ErrorCode::kMissingField, "placements"};
  return {};
}

Result<DecideRequest> read_decide(const dom::object& object) {
  DecideRequest request;
  request.offers_max = kOffersDefault;
  Result<void> read = read_text(object, "visitor", request.visitor);
  if (read) read = read_text(object, "placement", request.placement);
  if (read) read = read_text(object, "site", request.site);
  if (read) read = read_texts(object, "cart", limits::kCartLinesMax, request.cart);
  if (read) read = read_text(object, "cart_discount", request.cart_discount);
  if (read) read = read_texts(object, "shown", limits::kCartLinesMax, request.shown);
  if (read) read = read_offers_max(object, request.offers_max);
  if (read) read = read_placements(object, request);
  if (!read) return read.error();
  dom::element dry;
  if (object["dry"].get(dry) == simdjson::SUCCESS && dry.get(request.is_dry) != simdjson::SUCCESS) {
    return wrong_type("dry");
  }
  if (const auto checked = check(request); !checked) return checked.error();
  return request;
}

Result<AudienceDefinition> read_definition(const dom::object& object) {
  AudienceDefinition definition;
  Result<void> read = read_text(object, "when", definition.when);
  if (read) read = read_text(object, "name", definition.name);
  if (read) read = read_text(object, "title", definition.title);
  if (read) read = read_text(object, "purpose", definition.purpose);
  if (!read) return read.error();
  if (definition.when.empty()) return Error{ErrorCode::kMissingField, "when"};
  return definition;
}

Result<void> read_decisions(const dom::element& value, std::vector<DecideRequest>& out) {
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return wrong_type("subscribe.decisions");
  for (const dom::element item : array) {
    dom::object object;
    if (item.get(object) != simdjson::SUCCESS) return wrong_type("subscribe.decisions");
    if (out.size() == limits::kLiveDecisionsMax) {
      return Error{ErrorCode::kTooManyItems, "subscribe.decisions"};
    }
    auto request = read_decide(object);
    if (!request) return request.error();
    out.push_back(*std::move(request));
  }
  return {};
}

// {"visitor":"ann","site":"shop", to stand before an event's own fields: of a repeated field the
// last one counts.
std::string known_fields(const DecideRequest& request) {
  std::string known = "{\"visitor\":";
  append_json_string(known, request.visitor);
  if (!request.site.empty()) append_json_string(known.append(",\"site\":"), request.site);
  return known;
}

// The body's events as their sender wrote them, amounts digit by digit; those that name no visitor
// or site get the request's.
Result<std::string> read_events(std::string_view body, const DecideRequest& request) {
  namespace ondemand = simdjson::ondemand;
  ondemand::parser parser;
  const simdjson::padded_string padded(body);
  ondemand::document document;
  ondemand::array events;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document["events"].get_array().get(events) != simdjson::SUCCESS) {
    return wrong_type("events");
  }
  const std::string known = known_fields(request);
  std::string out = "[";
  size_t count = 0;
  for (auto element : events) {
    if (++count > limits::kDecideEventsMax) return Error{ErrorCode::kTooManyItems, "events"};
    ondemand::object object;
    std::string_view text;
    if (element.get_object().get(object) != simdjson::SUCCESS ||
        object.raw_json().get(text) != simdjson::SUCCESS) {
      return wrong_type("events");
    }
    const size_t inside = text.find_first_not_of(" \t\r\n", 1);
    out.append(count > 1 ? "," : "").append(known);
    out.append(text[inside] == '}' ? "" : ",").append(text.substr(inside));
  }
  out.push_back(']');
  return out;
}

Result<ControlFrame> read_subscribe(const dom::element& value) {
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return wrong_type("subscribe");
  SubscribeFrame frame;
  Result<void> read = read_texts(object, "audiences", kNamesMax, frame.audiences);
  if (read) read = read_text(object, "after", frame.after);
  if (!read) return read.error();
  dom::element element;
  if (object["decisions"].get(element) == simdjson::SUCCESS) {
    if (read = read_decisions(element, frame.decisions); !read) return read.error();
  }
  if (frame.audiences.empty() && frame.decisions.empty()) {
    return Error{ErrorCode::kMissingField, "subscribe.audiences or subscribe.decisions"};
  }
  return ControlFrame(std::move(frame));
}

}  // namespace

bool is_control_frame(std::string_view frame) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t brace = frame.find_first_not_of(kBlank);
  if (brace == std::string_view::npos || frame[brace] != '{') return false;
  const size_t key = frame.find_first_not_of(kBlank, brace + 1);
  if (key == std::string_view::npos) return false;
  frame.remove_prefix(key);
  return frame.starts_with("\"subscribe\"") || frame.starts_with("\"unsubscribe\"") ||
         frame.starts_with("\"decide\"");
}

Result<ControlFrame> parse_control_frame(std::string_view text) {
  dom::parser parser;
  const auto object = parse_object(parser, text);
  if (!object) return object.error();
  dom::element value;
  if ((*object)["subscribe"].get(value) == simdjson::SUCCESS) return read_subscribe(value);
  if ((*object)["unsubscribe"].get(value) == simdjson::SUCCESS) {
    return ControlFrame(UnsubscribeFrame{});
  }
  if ((*object)["decide"].get(value) != simdjson::SUCCESS) {
    return Error{ErrorCode::kMissingField, "subscribe, unsubscribe or decide"};
  }
  dom::object decide;
  if (value.get(decide) != simdjson::SUCCESS) return wrong_type("decide");
  auto request = read_decide(decide);
  if (!request) return request.error();
  return ControlFrame(DecideFrame{*std::move(request)});
}

Result<DecideBody> parse_decide_body(std::string_view body) {
  dom::parser parser;
  const auto object = parse_object(parser, body);
  if (!object) return object.error();
  auto request = read_decide(*object);
  if (!request) return request.error();
  DecideBody decide{*std::move(request), std::nullopt};
  dom::element events;
  if ((*object)["events"].get(events) == simdjson::SUCCESS) {
    auto read = read_events(body, decide.request);
    if (!read) return read.error();
    decide.events = *std::move(read);
  }
  return decide;
}

namespace {

Result<void> check_placement(const PlacementRequest& placement) {
  if (placement.name.size() > limits::kTextBytesMax) {
    return Error{ErrorCode::kStringTooLong, "placement"};
  }
  if (placement.offers_max < 1 || placement.offers_max > limits::kOffersMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "n must be 1 to " + std::to_string(limits::kOffersMax)};
  }
  return {};
}

// Whatever the currency.
bool is_amount(std::string_view text) {
  const size_t point = text.find('.');
  const auto is_digits = [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (point == std::string_view::npos) return is_digits(text);
  return is_digits(text.substr(0, point)) && is_digits(text.substr(point + 1));
}

Result<void> check_products(const std::vector<std::string>& products, std::string_view field) {
  if (products.size() > limits::kCartLinesMax) {
    return Error{ErrorCode::kTooManyItems, std::string(field)};
  }
  for (const std::string& product : products) {
    if (product.size() > limits::kIdBytesMax) {
      return Error{ErrorCode::kStringTooLong, std::string(field)};
    }
  }
  return {};
}

}  // namespace

Result<void> check(const DecideRequest& request) {
  if (request.visitor.empty()) return Error{ErrorCode::kMissingField, "visitor"};
  if (request.visitor.size() > limits::kVisitorNameBytesMax) {
    return Error{ErrorCode::kStringTooLong, "visitor"};
  }
  if (auto one = check_placement({request.placement, request.offers_max}); !one) return one;
  for (const PlacementRequest& placement : request.placements) {
    if (placement.name.empty()) return Error{ErrorCode::kMissingField, "placements[].name"};
    if (auto one = check_placement(placement); !one) return one;
  }
  if (request.cart_discount.size() > limits::kTextBytesMax) {
    return Error{ErrorCode::kStringTooLong, "cart_discount"};
  }
  if (!request.cart_discount.empty() && !is_amount(request.cart_discount)) {
    return Error{ErrorCode::kInvalidArgument, "cart_discount is no amount like 12.50"};
  }
  if (auto cart = check_products(request.cart, "cart"); !cart) return cart;
  return check_products(request.shown, "shown");
}

Result<ClockBody> parse_clock_body(std::string_view body) {
  dom::parser parser;
  const auto object = parse_object(parser, body);
  if (!object) return object.error();
  ClockBody clock;
  std::string mode;
  if (const auto read = read_text(*object, "mode", mode); !read) return read.error();
  if (mode == "wall") {
    clock.mode = ClockMode::kWall;
  } else if (mode == "events") {
    clock.mode = ClockMode::kEvents;
  } else if (!mode.empty()) {
    return Error{ErrorCode::kInvalidArgument, "mode is \"wall\" or \"events\""};
  }
  dom::element tick;
  if ((*object)["tick"].get(tick) == simdjson::SUCCESS) {
    int64_t number = 0;
    std::string_view text;
    Result<int64_t> time = Error{ErrorCode::kWrongType, "tick"};
    if (tick.get(text) == simdjson::SUCCESS) {
      time = parse_time(text);
    } else if (tick.get(number) == simdjson::SUCCESS) {
      time = time_from_number(number);
    }
    if (!time) return time.error();
    clock.tick = EventTime{*time};
    if (*clock.tick < kEventTimeMin || *clock.tick > kEventTimeMax) {
      return Error{ErrorCode::kInvalidTime, "tick is outside the years 2000 to 2100"};
    }
  }
  dom::element settle;
  if ((*object)["settle"].get(settle) == simdjson::SUCCESS &&
      settle.get(clock.settle) != simdjson::SUCCESS) {
    return wrong_type("settle");
  }
  if (!clock.mode && !clock.tick && !clock.settle) {
    return Error{ErrorCode::kMissingField, "mode, tick or settle"};
  }
  return clock;
}

Result<AudienceDefinition> parse_definition_body(std::string_view body) {
  dom::parser parser;
  const auto object = parse_object(parser, body);
  if (!object) return object.error();
  return read_definition(*object);
}

Result<PreviewBody> parse_preview_body(std::string_view body) {
  dom::parser parser;
  const auto object = parse_object(parser, body);
  if (!object) return object.error();
  auto definition = read_definition(*object);
  if (!definition) return definition.error();
  PreviewBody preview;
  preview.definition = *std::move(definition);
  dom::element element;
  if ((*object)["audiences"].get(element) == simdjson::SUCCESS) {
    preview.audiences.emplace();
    auto read = read_texts(*object, "audiences", limits::kAudiencesMax, *preview.audiences);
    if (!read) return read.error();
  }
  if ((*object)["sample"].get(element) == simdjson::SUCCESS) {
    uint64_t sample = 0;
    if (element.get(sample) != simdjson::SUCCESS) return wrong_type("sample");
    if (sample > limits::kPreviewSampleMax) {
      return Error{ErrorCode::kInvalidArgument,
                   "sample must be 0 to " + std::to_string(limits::kPreviewSampleMax)};
    }
    preview.sample = sample;
  }
  return preview;
}

}  // namespace rekindle::io
