// A RawEvent in the making, for decoders of other trackers: takes values as JSON or as text, reads
// times, money and quantities as those clients write them, and keeps the first fault, so that an
// event is either taken whole or rejected with its reason.
//
// Thread: its owner's. Owns: the text it makes, until clear().
#pragma once

#include <optional>
#include <string_view>

#include "core/error.h"
#include "io/decoders/json_tree.h"
#include "io/decoders/text_arena.h"
#include "io/intake.h"

namespace rekindle::io {

class EventDraft {
 public:
  RawEvent event;
  TextArena arena;

  void clear();
  // Takes the event, or rejects `raw`. Once a draft.
  void give(Intake& intake, std::string_view raw);
  // An identify of the same visitor beside the event that give() took: `members` of a JSON object
  // are the traits; none: nothing happens.
  void give_traits(Intake& intake, std::string_view members, std::string_view raw);
  // The first fault counts.
  void fail(ErrorCode code, std::string_view detail);
  [[nodiscard]] bool failed() const { return x_fault.has_value(); }

  // A built-in type's name stands for it; any other name becomes custom:NAME.
  void set_type(std::string_view name);
  void set_custom(std::string_view name);

  // Absent and null leave the field as it is. Faults: kWrongType (an object, array or boolean),
  // kInvalidUtf8 (a broken string).
  void set(std::string_view RawEvent::*field, JsonValue value);
  void set(std::string_view RawItem::*field, RawItem& item, JsonValue value);
  // kInvalidMoney when a number has an exponent that cannot be written out.
  void set_money(std::string_view& field, JsonValue value);
  void set_money(std::string_view& field, std::string_view text);
  // Faults: kInvalidTime, kWrongType. Text or number as core/time_text.h; a number may have a
  // fraction.
  void set_time(std::optional<int64_t>& field, JsonValue value);
  void set_time(std::optional<int64_t>& field, std::string_view text);
  // Whole numbers, also "2" and 2.0. Faults: kInvalidQuantity.
  void set_quantity(RawItem& item, JsonValue value);
  void set_quantity(RawItem& item, std::string_view text);
  // Null: the event has limits::kItemsPerEventMax already (a fault).
  RawItem* add_item();
  // An object that is kept when it fits, else left out and counted.
  void set_props(JsonValue object);

  // `members` of a JSON object and one more, whose value is JSON.
  [[nodiscard]] std::string_view with_member(std::string_view members, std::string_view name,
                                             std::string_view json);
  [[nodiscard]] std::string_view object_of(std::string_view members);  // empty for none

  // Source, medium and name from the url's utm_ parameters, unless the event said any.
  void set_campaign_from_url();

  // The text of a string or number; other kinds are a fault.
  [[nodiscard]] std::string_view text_of(JsonValue value, std::string_view name);

 private:
  std::optional<Error> x_fault;
};

// The first of the values that is neither absent nor null nor an empty string.
template <typename... Values>
[[nodiscard]] JsonValue first_of(JsonValue value, Values... others) {
  const bool is_empty = value.is(JsonValue::Kind::kString) && value.text().empty();
  const bool said = value && (!is_empty || value.is_broken());
  if constexpr (sizeof...(others) == 0) {
    return said ? value : JsonValue();
  } else {
    return said ? value : first_of(others...);
  }
}

// `text` quoted as a JSON string, in the arena.
[[nodiscard]] std::string_view quoted(std::string_view text, TextArena& arena);

}  // namespace rekindle::io
