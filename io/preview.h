// How many visitors an expression would hold, who some of them are, how many could be reached, and
// what it shares with the audiences in force: looked up in live state, in slices between the
// shards' batches. Used by POST /v1/audiences/preview.
//
// Thread: the asking io thread; each shard's tally is touched on that shard while a slice runs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/audience_probe.h"
#include "io/io_thread.h"

namespace rekindle::io {

struct PreviewMember {
  uint64_t rank = 0;  // a hash: those with the smallest are the sample
  SiteId site{};
  std::string name;
};

struct PreviewTally {
  EventTime as_of = EventTime::before_all();  // the newest partition clock
  uint64_t visitors = 0;                      // looked at
  uint64_t size = 0;                          // for whom it holds
  uint64_t inexact = 0;                       // of all answers; core/window.h
  std::vector<uint64_t> both;                 // by audience id: in that audience too
  std::vector<PreviewMember> sample;
  uint64_t sample_below = UINT64_MAX;  // only such ranks may still be of the sample
  // Of those for whom it holds:
  uint64_t with_email = 0;
  uint64_t with_phone = 0;
  uint64_t with_mobile_id = 0;
  uint64_t with_user_id = 0;
  uint64_t with_any = 0;                     // at least one of these
  uint64_t for_platforms = 0;                // one of the first three, and may be shared
  std::map<std::string, uint64_t> consents;  // by purpose: granted

  // Looks at one visitor.
  void add(const Visitor& visitor, const Site& site, const Holds& holds, const Rules& rules,
           size_t sample_max);
  void merge(PreviewTally other, size_t sample_max);
};

// Calls `done` once, unless an error is returned. Errors: kOverloaded (too many previews, or the
// definitions changed meanwhile); to `done` also kStoreFailed.
[[nodiscard]] Result<void> preview(IoThread& thread, std::unique_ptr<AudienceProbe> probe,
                                   size_t sample_max,
                                   std::function<void(Result<PreviewTally>)> done);

}  // namespace rekindle::io
