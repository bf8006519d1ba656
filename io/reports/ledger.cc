#include "io/reports/ledger.h"

#include <algorithm>

#include "core/bytes.h"

namespace rekindle::io {
namespace {

constexpr int64_t kDayMs = days(1).ms;
constexpr uint8_t kVersion = 1;

// Takes `id` out of `list` if it is there.
bool take_out(std::vector<AudienceId>& list, AudienceId id) {
  const auto place = std::find(list.begin(), list.end(), id);
  if (place == list.end()) return false;
  list.erase(place);
  return true;
}

std::string_view name_in(const Rules& rules, AudienceId id) {
  if (const AudienceRule* rule = rules.find(id); rule != nullptr) return rule->name;
  for (const RetiredAudience& retired : rules.retired) {
    if (retired.id == id) return retired.name;
  }
  return {};
}

}  // namespace

int32_t day_of(EventTime at) {
  const int64_t day = at.ms / kDayMs - (at.ms % kDayMs < 0 ? 1 : 0);
  return static_cast<int32_t>(day);
}

std::string_view group_of(std::string_view audience_name) {
  return audience_name.substr(0, audience_name.find('_'));
}

void Ledger::add(const Change& change, const Rules& rules) {
  if (change.reason == ChangeReason::kConsent) return;  // a member stays one
  const Place place{change.site, day_of(change.at)};
  const bool same =
      x_instant.visitor == change.visitor && x_instant.at == change.at && x_instant.place == place;
  if (!same) {
    finish();
    x_instant.place = place;
    x_instant.visitor = change.visitor;
    x_instant.at = change.at;
  }
  Day& day = x_days[place];
  day.changed = true;
  Traffic& traffic = day.audiences[change.audience];
  ++(change.entered ? traffic.entered : traffic.left);
  auto& [left, entered] = x_instant.groups[std::string(group_of(name_in(rules, change.audience)))];
  // Entered what they had left, or the other way round: they have not moved.
  if (take_out(change.entered ? left : entered, change.audience)) return;
  (change.entered ? entered : left).push_back(change.audience);
}

void Ledger::finish() {
  for (const auto& [group, moved] : x_instant.groups) {
    const auto& [left, entered] = moved;
    if (left.empty() && entered.empty()) continue;
    Day& day = x_days[x_instant.place];
    if (left.size() == 1 && entered.size() == 1) {
      ++day.moves[{left[0], entered[0]}];
      continue;
    }
    for (const AudienceId from : left) ++day.moves[{from, kNoAudience}];
    for (const AudienceId to : entered) ++day.moves[{kNoAudience, to}];
  }
  x_instant.groups.clear();
  x_instant.visitor = {};
}

// 1 version · varint audiences · each: varint id, entered, left · varint moves · each: varint from,
// to, count
void encode_day(const Ledger::Day& day, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.varint(day.audiences.size());
  for (const auto& [id, traffic] : day.audiences) {
    writer.varint(to_index(id));
    writer.varint(traffic.entered);
    writer.varint(traffic.left);
  }
  writer.varint(day.moves.size());
  for (const auto& [ends, count] : day.moves) {
    writer.varint(to_index(ends.first));
    writer.varint(to_index(ends.second));
    writer.varint(count);
  }
}

Result<Ledger::Day> decode_day(std::string_view bytes) {
  constexpr size_t kLeastBytes = 3;  // of an audience or a move
  ByteReader reader(bytes);
  if (reader.fixed<uint8_t>() != kVersion) return Error{ErrorCode::kCorruptRecord, "report ledger"};
  const auto read_id = [&reader] {
    const uint64_t id = reader.varint();
    if (id > UINT16_MAX) reader.fail();
    return AudienceId{static_cast<uint16_t>(id)};
  };
  Ledger::Day day;
  for (size_t i = reader.count(kLeastBytes); i > 0 && reader.ok(); --i) {
    Ledger::Traffic& traffic = day.audiences[read_id()];
    traffic.entered = reader.varint();
    traffic.left = reader.varint();
  }
  for (size_t i = reader.count(kLeastBytes); i > 0 && reader.ok(); --i) {
    const AudienceId from = read_id();
    const AudienceId to = read_id();
    day.moves[{from, to}] = reader.varint();
  }
  if (!reader.ok() || !reader.at_end()) return Error{ErrorCode::kCorruptRecord, "report ledger"};
  return day;
}

}  // namespace rekindle::io
