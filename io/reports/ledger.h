// What the change feed amounts to, per site and day: how many entered and left each audience, and
// how many moved from one audience of a group to another. The change log lets go of its past; these
// sums stay, so that reports reach back as far as the server has counted.
//
// A group is the audiences whose names share the part before the first '_': stage_awareness,
// stage_decision, … are the group "stage". A day is one in UTC, of Change::at: a deadline that was
// worked off late counts when it was due.
//
// Thread: one at a time; io/reports/ledger_keeper.h sees to it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/change.h"
#include "core/rules.h"

namespace rekindle::io {

inline constexpr AudienceId kNoAudience{UINT16_MAX};

// The number of a day since 1970-01-01, and its first instant.
[[nodiscard]] int32_t day_of(EventTime at);
[[nodiscard]] constexpr EventTime begin_of_day(int32_t day) {
  return EventTime{} + days(day);
}

[[nodiscard]] std::string_view group_of(std::string_view audience_name);

class Ledger {
 public:
  struct Traffic {
    uint64_t entered = 0;
    uint64_t left = 0;
  };
  struct Day {
    std::map<AudienceId, Traffic> audiences;
    // (from, to) within a group; kNoAudience is outside of it.
    std::map<std::pair<AudienceId, AudienceId>, uint64_t> moves;
    bool changed = false;  // since the ledger was saved
  };
  using Place = std::pair<SiteId, int32_t>;  // a site's day

  // Changes of one partition, in order. What happened to a visitor at one instant is one move, so
  // that stage A → B → C within it is A → C; it is counted with finish() or the next other change.
  void add(const Change& change, const Rules& rules);
  void finish();

  [[nodiscard]] const std::map<Place, Day>& days() const { return x_days; }
  // Reading back what was saved.
  void restore(Place place, Day day) { x_days[place] = std::move(day); }
  // After the days with `changed` were saved.
  void mark_saved() {
    for (auto& [place, day] : x_days) day.changed = false;
  }

 private:
  struct Instant {  // what happens to one visitor at one instant
    Place place;
    VisitorKey visitor;
    EventTime at;
    // By group: those left and those entered, without those that were both.
    std::map<std::string, std::pair<std::vector<AudienceId>, std::vector<AudienceId>>> groups;
  };

  std::map<Place, Day> x_days;
  Instant x_instant;
};

void encode_day(const Ledger::Day& day, std::string& out);
[[nodiscard]] Result<Ledger::Day> decode_day(std::string_view bytes);

}  // namespace rekindle::io
