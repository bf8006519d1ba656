#include "io/submission.h"

#include <algorithm>

#include "io/io_thread.h"

namespace rekindle::io {
namespace {
constexpr size_t kKeptBytes = 64 * 1'024;  // a pooled parcel keeps no more than this
}

Submission::Submission(IoThread& thread, size_t shards) : x_thread(thread) {
  for (size_t i = 0; i < shards; ++i) x_parcels.push_back(std::make_unique<ShardParcel>(*this));
}

Parcel& Submission::parcel(size_t shard) {
  ShardParcel& parcel = *x_parcels[shard];
  parcel.used = true;
  return parcel;
}

void Submission::ShardParcel::on_reply() {
  x_owner.on_parcel(*this);
}

void Submission::on_parcel(ShardParcel& parcel) {
  duplicates += parcel.duplicates;
  collisions += parcel.collisions;
  failed = failed || parcel.failed;
  if (--x_outstanding == 0 && !x_queued) x_thread.finish(*this);
}

const Parcel::Refused* Submission::refused_at(const EventVerdict& verdict) const {
  const auto& all = x_parcels[verdict.shard]->refused;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Parcel::Refused& one) {
    return one.offset == verdict.offset;
  });
  return found == all.end() ? nullptr : &*found;
}

void Submission::reset() {
  accepted = duplicates = collisions = rejected = without_consent = 0;
  failed = refused = any_sent = waits_for_room = false;
  rejections.clear();
  verdicts.clear();
  receiver.reset();
  ticket = context = 0;
  answer = nullptr;
  and_then = nullptr;
  for (auto& parcel : x_parcels) {
    if (!parcel->used) continue;
    parcel->used = parcel->sent = parcel->failed = false;
    parcel->events = parcel->duplicates = parcel->collisions = 0;
    parcel->lists_refused = false;
    parcel->refused.clear();
    parcel->quarantine.clear();
    parcel->records.clear();
    if (parcel->records.capacity() > kKeptBytes) std::string().swap(parcel->records);
  }
}

}  // namespace rekindle::io
