// Several timelines as one.
#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "core/timeline.h"

namespace rekindle {

Timeline Timeline::joined(std::span<const Timeline* const> parts, LeavesOut leaves_out) {
  std::set<EventType> types;
  for (const Timeline* const part : parts) {
    for (const List& list : part->x_lists) types.insert(list.type);
  }
  Timeline whole;
  for (const EventType type : types) {
    if (whole.x_lists.size() == limits::kTimelineListsMax) break;  // as add() would
    whole.join_lists(type, parts, leaves_out);
  }
  return whole;
}

void Timeline::join_lists(EventType type, std::span<const Timeline* const> parts,
                          LeavesOut leaves_out) {
  struct Told {
    const Timeline* from;
    const Entry* entry;
  };
  std::vector<Told> all;
  std::unique_ptr<List::Past> past;
  for (size_t part = 0; part < parts.size(); ++part) {
    const List* const list = parts[part]->find(type);
    if (list == nullptr) continue;
    const auto entries = list->entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!leaves_out(part, type, i)) all.push_back({parts[part], &entries[i]});
    }
    if (list->x_past == nullptr) continue;
    if (past == nullptr) past = std::make_unique<List::Past>();
    past->tiles.add(list->x_past->tiles);
    past->exact_since = std::max(past->exact_since, list->x_past->exact_since);
  }
  if (all.empty()) return;
  std::stable_sort(all.begin(), all.end(),
                   [](const Told& a, const Told& b) { return a.entry->at < b.entry->at; });
  list_for(type).x_past = std::move(past);
  for (const Told& told : all) {
    const Entry& entry = *told.entry;
    make_room_for_lines(entry.line_count, entry.has_order != 0);
    List& list = list_for(type);
    // The newest of a type stays an entry, whatever its time.
    if (entry.at < list.exact_since() && &told != &all.back()) {
      list.x_past->tiles.add(entry.at, entry.value, entry.pieces);
      continue;
    }
    insert(list, copy_entry(*told.from, entry));
    if (++x_size > limits::kTimelineEntriesMax) evict_from_longest();
  }
}

Timeline::Entry Timeline::copy_entry(const Timeline& from, const Entry& entry) {
  Entry copy = entry;
  copy.lines = 0;
  if (!is_pooled(entry)) {
    if (entry.line_count == 1) copy.lines = index_of(from.item_of(entry, 0));
    return copy;
  }
  sweep_lines();
  copy.lines = x_lines.size() & 0xfffff;
  for (size_t i = 0; i < (entry.has_order ? kOrderUnits : 0); ++i) {
    x_lines.push_back(from.x_lines[entry.lines + i]);
  }
  for (size_t i = 0; i < entry.line_count; ++i) {
    x_lines.push_back(index_of(from.item_of(entry, i)));
  }
  x_live_units += static_cast<uint32_t>(units_of(entry));
  return copy;
}

}  // namespace rekindle
