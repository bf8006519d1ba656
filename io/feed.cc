#include "io/feed.h"

#include "core/limits.h"

namespace rekindle::io {

namespace {

int64_t cost_of(const CommittedChanges& changes) {
  return static_cast<int64_t>(sizeof(CommittedChanges) + changes.changes.size() +
                              changes.shares.size() * sizeof(CommittedChanges::Share));
}

}  // namespace

void FeedTap::offer(const CommittedChanges& changes) {
  if (x_followers.load(std::memory_order_acquire) == 0) return;
  const int64_t cost = cost_of(changes);
  if (x_bytes.load(std::memory_order_relaxed) + cost >
      static_cast<int64_t>(limits::kFeedQueueBytesMax)) {
    x_overflowed.store(true);
  } else {
    x_bytes.fetch_add(cost, std::memory_order_relaxed);
    x_queue.enqueue(std::make_unique<CommittedChanges>(changes));
  }
  mailbox.bell().ring();
}

std::unique_ptr<CommittedChanges> FeedTap::take() {
  std::unique_ptr<CommittedChanges> changes;
  if (!x_queue.try_dequeue(changes)) return nullptr;
  x_bytes.fetch_sub(cost_of(*changes), std::memory_order_relaxed);
  return changes;
}

}  // namespace rekindle::io
