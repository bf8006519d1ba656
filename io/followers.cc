#include "io/followers.h"

#include <algorithm>

#include "core/assert.h"
#include "core/clock.h"
#include "core/limits.h"

namespace rekindle::io {
namespace {
constexpr size_t kSliceChanges = 512;  // read from the log for one follower in one turn
constexpr size_t kBatchesPerTurn = 64;
}  // namespace

bool Followers::add(Follower& follower) {
  if (x_live >= limits::kFollowersPerThreadMax) return false;
  x_followers.push_back(&follower);
  x_tap.set_followers(++x_live);
  // From here on copies arrive; what was committed between the cursor and now is a gap to find.
  look_for_gaps();
  return true;
}

void Followers::remove(Follower& follower) {
  const auto found = std::find(x_followers.begin(), x_followers.end(), &follower);
  if (found == x_followers.end()) return;
  *found = nullptr;
  x_tap.set_followers(--x_live);
}

void Followers::compact() {
  x_followers.erase(std::remove(x_followers.begin(), x_followers.end(), nullptr),
                    x_followers.end());
}

size_t Followers::on_tap() {
  size_t batches = 0;
  while (batches < kBatchesPerTurn) {
    const auto batch = x_tap.take();
    if (!batch) break;
    ++batches;
    offer(*batch);
  }
  if (x_tap.take_overflow()) {
    x_counters.feed_overflows.add();
    look_for_gaps();
  }
  return batches;
}

void Followers::offer(const CommittedChanges& batch) {
  x_decoded.clear();
  x_shares.clear();
  x_text.clear();
  size_t total = 0;
  for (const CommittedChanges::Share& share : batch.shares) total += share.count;
  x_decoded.resize(total);
  ByteReader reader(batch.changes);
  Decoded* next = x_decoded.data();
  for (const CommittedChanges::Share& share : batch.shares) {
    x_shares.push_back({share.partition, share.first_seq, {next, share.count}});
    for (uint64_t seq = share.first_seq; seq <= x_shares.back().last_seq(); ++seq, ++next) {
      RK_ASSERT(read_change(reader, next->change));
      next->change.seq = seq;
    }
  }
  const uint64_t pushed_before = x_counters.changes_pushed.get();
  for (size_t i = 0; i < x_followers.size(); ++i) offer(i);
  if (x_counters.changes_pushed.get() != pushed_before) {
    x_counters.push.add(monotonic_ns() - batch.committed_ns);
  }
  compact();
}

void Followers::offer(size_t place) {
  size_t count = 0;
  x_delivery.clear();
  for (size_t i = 0; i < x_shares.size() && x_followers[place] != nullptr; ++i) {
    Follower& follower = *x_followers[place];
    count += append(follower, x_shares[i]);
    if (count == 0 || (count < kSliceChanges && i + 1 < x_shares.size())) continue;
    x_counters.changes_pushed.add(count);
    follower.deliver(x_delivery, count);
    x_delivery.clear();
    count = 0;
  }
}

size_t Followers::append(Follower& follower, const Share& share) {
  const size_t p = to_index(share.partition);
  const uint64_t seen = follower.x_cursor[p];
  if (share.last_seq() <= seen) return 0;
  if (follower.x_behind[p] || seen + 1 < share.first_seq || !follower.has_room()) {
    follower.x_behind[p] = follower.x_any_behind = true;
    return 0;
  }
  size_t count = 0;
  for (Decoded& decoded : share.changes) {
    if (decoded.change.seq <= seen || !follower.x_filter.wants(decoded.change)) continue;
    if (decoded.end == 0) {  // written once, for whoever wants it first
      decoded.begin = x_text.size();
      x_json.append(share.partition, decoded.change, x_text);
      decoded.end = x_text.size();
    }
    if (!x_delivery.empty()) x_delivery.push_back(',');
    x_delivery.append(x_text, decoded.begin, decoded.end - decoded.begin);
    ++count;
  }
  follower.x_cursor.set(p, share.last_seq());
  return count;
}

void Followers::look_for_gaps() {
  for (Follower* follower : x_followers) {
    if (follower == nullptr) continue;
    for (uint32_t p = 0; p < follower->x_cursor.partitions(); ++p) {
      if (follower->x_behind[p]) continue;
      if (x_engine.last_change(PartitionId{static_cast<uint16_t>(p)}) > follower->x_cursor[p]) {
        follower->x_behind[p] = follower->x_any_behind = true;
      }
    }
  }
}

void Followers::on_sweep(int64_t now_ms) {
  look_for_gaps();
  for (size_t i = 0; i < x_followers.size(); ++i) {
    if (x_followers[i] != nullptr) x_followers[i]->on_sweep(now_ms);
  }
  compact();
}

void Followers::shut_down() {
  for (size_t i = 0; i < x_followers.size(); ++i) {
    if (x_followers[i] != nullptr) x_followers[i]->shut_down();
  }
  compact();
}

bool Followers::catch_up() {
  bool more = false;
  for (size_t i = 0; i < x_followers.size(); ++i) {
    Follower* follower = x_followers[i];
    if (follower == nullptr || !follower->x_any_behind || !follower->has_room()) continue;
    const auto behind = std::find(follower->x_behind.begin(), follower->x_behind.end(), true);
    if (behind == follower->x_behind.end()) {
      follower->x_any_behind = false;
      continue;
    }
    read_slice(*follower, static_cast<size_t>(behind - follower->x_behind.begin()));
    more = true;
  }
  compact();
  return more;
}

void Followers::read_slice(Follower& follower, size_t partition) {
  const PartitionId id{static_cast<uint16_t>(partition)};
  const auto changes = x_engine.read_changes(id, follower.x_cursor[partition], kSliceChanges);
  if (!changes && changes.error().code == ErrorCode::kGone)
    return follower.on_gone(changes.error());
  // A store that cannot be read shows in /health; the gap is found again by look_for_gaps().
  if (!changes || changes->size() < kSliceChanges) follower.x_behind[partition] = false;
  if (!changes || changes->empty()) return;
  x_delivery.clear();
  size_t count = 0;
  for (const auto& stored : *changes) {
    follower.x_cursor.set(partition, stored.change.seq);
    if (!follower.x_filter.wants(stored.change)) continue;
    if (count++ > 0) x_delivery.push_back(',');
    Change change = stored.change;
    change.visitor_name = stored.visitor_name;
    x_json.append(id, change, x_delivery);
  }
  if (count == 0) return;
  x_counters.changes_pushed.add(count);
  follower.deliver(x_delivery, count);
}

}  // namespace rekindle::io
