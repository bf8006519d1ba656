// A partition's part of the sums that all visitors share; see core/tallies.h.
#include <algorithm>

#include "core/bytes.h"
#include "core/partition.h"
#include "core/state_format.h"

namespace rekindle {

void Partition::add_reservation(uint64_t key, int64_t amount) {
  if (amount == 0) return;
  const auto [place, is_new] = x_tallies.try_emplace(key, amount);
  if (!is_new) {
    place->second = saturating_add(place->second, amount);
    if (place->second == 0) x_tallies.erase(place);
  }
  x_tallies_changed = true;
}

void Partition::add_tally(uint64_t key, int64_t amount) {
  if (amount == 0) return;
  add_reservation(key, amount);
  x_tally_changes.emplace_back(key, amount);
}

void Partition::hand_over_tallies(Tallies& tallies) {
  for (const auto& [key, amount] : x_tally_changes) tallies.add(key, amount);
  x_tally_changes.clear();
}

void Partition::hand_over_all_tallies(Tallies& tallies) {
  for (const auto& [key, sum] : x_tallies) tallies.add(key, sum);
  x_tally_changes.clear();
}

void Partition::save_tallies() {
  if (!x_tallies_changed) return;
  x_tallies_changed = false;
  std::string row;
  std::string value;
  state_format::append_partition_row(x_id, 't', row);
  encode_tallies(value);
  x_batch.put(Table::kPartitions, row, value);
}

void Partition::encode_tallies(std::string& out) const {
  std::vector<std::pair<uint64_t, int64_t>> sorted(x_tallies.begin(), x_tallies.end());
  std::sort(sorted.begin(), sorted.end());
  ByteWriter writer(out);
  writer.varint(sorted.size());
  for (const auto& [key, sum] : sorted) {
    writer.fixed(key);
    writer.signed_varint(sum);
  }
}

Result<void> Partition::load_tallies(std::string_view value) {
  constexpr size_t kLeastBytes = 9;
  ByteReader reader(value);
  const size_t count = reader.count(kLeastBytes);
  x_tallies.clear();
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    const auto key = reader.fixed<uint64_t>();
    x_tallies.emplace(key, reader.signed_varint());
  }
  if (!reader.ok() || !reader.at_end()) return Error{ErrorCode::kCorruptRecord, "tallies"};
  return {};
}

}  // namespace rekindle
