// How a SessionStore is written and read; learnt_format.h has the drawing.
#include <absl/container/flat_hash_map.h>

#include "operators/decide/learnt/learnt_format.h"
#include "operators/decide/learnt/session_store.h"

namespace rekindle::operators {
namespace {

// From the oldest to the newest.
std::vector<const LearntSession*> in_order(const SessionStore& store) {
  std::vector<const LearntSession*> ordered(store.size());
  size_t left = ordered.size();
  for (auto walk = store.by_recency().newest_first(); !walk.at_end(); walk.next()) {
    ordered[--left] = store.sessions()[(*walk).slot()].get();
  }
  return ordered;
}

// Names by the order in which sessions first use them: the numbers given to them while learning
// depend on the order in which sessions came.
class NameOrder {
 public:
  explicit NameOrder(const NameNumbers& names) : x_names(names), x_index_of(names.bound(), 0) {}
  void add(NameNumber number) {
    if (number == kNoNumber || x_index_of[number] != 0) return;
    x_hashes.push_back(x_names.name_of(number));
    x_index_of[number] = static_cast<uint32_t>(x_hashes.size());
  }
  // Counts from 1; 0 for kNoNumber.
  [[nodiscard]] uint64_t index_of(NameNumber number) const { return x_index_of[number]; }
  [[nodiscard]] const std::vector<NameHash>& hashes() const { return x_hashes; }

 private:
  const NameNumbers& x_names;
  std::vector<uint32_t> x_index_of;
  std::vector<NameHash> x_hashes;
};

void encode_session(const LearntSession& session, EventTime before, const NameOrder& names,
                    ByteWriter& writer) {
  writer.fixed(session.visitor.high);
  writer.fixed(session.visitor.low);
  writer.signed_varint((session.end - before).ms);
  writer.varint(static_cast<uint64_t>((session.end - session.start).ms));
  writer.varint(session.lines.size());
  uint32_t ms = 0;
  for (const LearntLine& line : session.lines) {
    writer.varint((names.index_of(line.product) - 1) * 4 + line.kind);
    writer.varint(names.index_of(line.category));
    writer.varint(names.index_of(line.brand));
    writer.varint(line.ms - ms);
    ms = line.ms;
  }
}

}  // namespace

void SessionStore::encode(ByteWriter& writer) const {
  writer.fixed(x_horizon.end.ms);
  writer.fixed(x_horizon.visitor.high);
  writer.fixed(x_horizon.visitor.low);
  writer.fixed(x_horizon.start.ms);
  const std::vector<const LearntSession*> ordered = in_order(*this);
  NameOrder names(x_names);
  for (const LearntSession* session : ordered) {
    for (const LearntLine& line : session->lines) {
      names.add(line.product);
      names.add(line.category);
      names.add(line.brand);
    }
  }
  writer.varint(names.hashes().size());
  for (const NameHash name : names.hashes()) writer.fixed(name);
  writer.varint(ordered.size());
  EventTime before{};
  for (const LearntSession* session : ordered) {
    encode_session(*session, before, names, writer);
    before = session->end;
  }
}

bool SessionStore::decode(ByteReader& reader) {
  SessionStore read(x_bounds);
  read.x_horizon.end.ms = reader.fixed<int64_t>();
  read.x_horizon.visitor.high = reader.fixed<uint64_t>();
  read.x_horizon.visitor.low = reader.fixed<uint64_t>();
  read.x_horizon.start.ms = reader.fixed<int64_t>();
  if (!read.decode_sessions(reader)) return false;
  *this = std::move(read);
  return true;
}

bool SessionStore::decode_sessions(ByteReader& reader) {
  std::vector<NameHash> names(reader.count(learnt_format::kNameBytes));
  for (NameHash& name : names) {
    name = reader.fixed<NameHash>();
    if (name == kNoName) return false;
  }
  const size_t sessions = reader.count(learnt_format::kSessionBytesMin);
  if (!reader.ok() || sessions > limits::kLearntSessionsMax) return false;
  for (size_t i = 0; i < sessions; ++i) {
    if (!decode_session(reader, names)) return false;
  }
  return reader.ok() && x_names.size() == names.size();
}

bool SessionStore::decode_session(ByteReader& reader, const std::vector<NameHash>& names) {
  LearntSession session;
  session.visitor.high = reader.fixed<uint64_t>();
  session.visitor.low = reader.fixed<uint64_t>();
  const int64_t after = reader.signed_varint();
  const uint64_t length = reader.varint();
  const EventTime before = x_by_recency.empty() ? EventTime{} : newest_end();
  // Neither sum overflows: both terms are checked against the range of times first.
  if (after < 0 || after > kEventTimeMax.ms) return false;
  if (length > static_cast<uint64_t>(kEventTimeMax.ms)) return false;
  session.end = before + milliseconds(after);
  session.start = session.end - milliseconds(static_cast<int64_t>(length));
  const size_t lines = reader.count(learnt_format::kLineBytesMin);
  if (!reader.ok() || lines == 0 || lines > limits::kSessionLinesMax) return false;
  if (session.start < kEventTimeMin || session.end > kEventTimeMax) return false;
  const bool in_order =
      x_by_recency.empty() || is_older(*x_sessions[x_by_recency.newest().slot()], session);
  if (!in_order) return false;
  session.lines.resize(lines);
  uint64_t ms = 0;
  for (LearntLine& line : session.lines) {
    const uint64_t product = reader.varint();
    const uint64_t category = reader.varint();
    const uint64_t brand = reader.varint();
    const uint64_t later = reader.varint();
    ms += later;
    if (!reader.ok() || later > 0xffffffff || product / 4 >= names.size() || product % 4 > 2 ||
        category > names.size() || brand > names.size() || ms > 0xffffffff) {
      return false;
    }
    line.product = x_names.use(names[product / 4]);
    line.category = (category == 0 ? kNoNumber : x_names.use(names[category - 1])) & 0x1fffffff;
    line.brand = brand == 0 ? kNoNumber : x_names.use(names[brand - 1]);
    line.kind = product % 4 & 3;
    line.ms = static_cast<uint32_t>(ms);
  }
  insert(std::move(session));
  return true;
}

}  // namespace rekindle::operators
