// What one visitor of a person brings to the answer about all of them, and the sum of it. Taken on
// the visitor's shard, added up on the io thread. Pure values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/rules.h"
#include "core/site.h"
#include "core/visitor.h"
#include "io/json_text.h"

namespace rekindle::io {

struct PersonPart {
  struct Happened {
    EventTime at;
    EventType type = EventType::kNone;
    int64_t value = kNoMoney;
  };
  struct Order {
    NameHash order = kNoName;
    int64_t value = kNoMoney;
  };
  bool is_there = false;
  std::string name;
  std::string json;  // append_visitor's
  EventTime first_seen = EventTime::never();
  EventTime last_seen = EventTime::before_all();
  int64_t events = 0;
  int64_t orders = 0;
  int64_t revenue = 0;
  std::vector<NameHash> order_ids;
  std::vector<Order> purchases;  // with an order id, as far back as the timeline goes
  std::vector<std::string> audiences;
  std::vector<Consent> consents;
  std::vector<Happened> newest;  // at most limits::kPersonEventsMax, newest first
};

[[nodiscard]] PersonPart part_of(const Visitor& visitor, const Site& site, const Rules& rules,
                                 EventTime now, bool with_history);

// All parts as one: an order that several visitors sent counts once; a purpose is refused if one
// refuses; audiences are those of any. `exact` is false where such an order's value is not known
// any more.
void append_together(std::string& out, const std::vector<PersonPart>& parts, Currency currency);

}  // namespace rekindle::io
