#include "core/visitor_row.h"

#include "core/event_addition.h"

namespace rekindle {

size_t VisitorRow::add(const Event& event, std::string& scratch) {
  constexpr size_t kTypicalBytes = 120;  // of what comes between two saves
  scratch.clear();
  ByteWriter writer(scratch);
  put_addition(event, writer);
  const size_t before = x_additions.heap_bytes();
  x_additions.reserve(kTypicalBytes);
  x_additions.append(scratch.data(), scratch.data() + scratch.size());
  if (x_appended + x_additions.size() <= x_whole / 2) return x_additions.heap_bytes() - before;
  x_additions = {};  // what they took stays counted until the save
  x_whole = 0;
  return 0;
}

bool VisitorRow::save(const Visitor& visitor, std::string& out) {
  const size_t start = out.size();
  if (may_append()) {
    encode_appended(visitor, {x_additions.begin(), x_additions.size()}, out);
    const size_t bytes = out.size() - start;
    if (x_appended + bytes <= x_whole / 2) {
      x_additions = {};
      x_appended += static_cast<uint32_t>(bytes);
      ++x_appends;
      return true;
    }
    out.resize(start);
  }
  encode_visitor(visitor, out);
  *this = VisitorRow({out.size() - start, 0, 0});
  return false;
}

}  // namespace rekindle
