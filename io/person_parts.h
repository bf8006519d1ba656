// What one visitor of a person brings to the answer about all of them, and the sum of it. Taken on
// the visitor's shard, added up on the io thread. Pure values.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "core/joined_visitor.h"
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
  bool is_there = false;
  VisitorKey key;
  std::string name;
  std::string json;   // append_visitor's
  std::string state;  // encode_visitor's
  EventTime last_seen = EventTime::before_all();
  std::vector<std::string> audiences;
  std::vector<Happened> newest;  // at most limits::kPersonEventsMax, newest first
};

[[nodiscard]] PersonPart part_of(const Visitor& visitor, const Site& site, const Rules& rules,
                                 EventTime now, bool with_history);

// All of them as the one visitor who did everything. Errors: kCorruptRecord.
[[nodiscard]] Result<JoinedVisitor> joined_of(const std::vector<PersonPart>& parts);

// The sums of that one, and the audiences and newest events of each.
void append_together(std::string& out, const std::vector<PersonPart>& parts,
                     const JoinedVisitor& joined, Currency currency);

}  // namespace rekindle::io
