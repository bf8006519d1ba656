// Where every decoder puts what it found: checks one raw event against core/limits.h and the site's
// settings, corrects its time, and appends its record to the parcel of the shard that owns the
// visitor; or rejects it with a reason and quarantines the raw bytes.
//
// Thread: one io thread. Owns: scratch buffers only; allocates nothing per event once warm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine.h"
#include "core/error.h"
#include "core/event.h"
#include "core/mailbox.h"

namespace rekindle::io {

// An event as a decoder found it: text, nothing checked yet. Views into the decoder's buffers.
// Empty means absent.
struct RawItem {
  std::string_view product;
  std::string_view category;
  std::string_view brand;
  std::string_view price;         // plain decimal, major units
  int64_t quantity = 1;
};
struct RawEvent {
  std::string_view site;          // empty: the intake's default site
  std::string_view visitor;
  std::string_view event_id;
  std::string_view type;          // canonical name or custom:NAME
  std::optional<int64_t> at_ms;       // client clock; absent: received_at
  std::optional<int64_t> sent_at_ms;  // client clock when sending: corrects skew
  std::string_view value;         // plain decimal, major units
  std::string_view currency;      // empty: the site's
  std::string_view order;
  std::string_view coupon;
  std::string_view user;
  std::string_view url;
  std::string_view referrer;
  std::string_view campaign_source;
  std::string_view campaign_medium;
  std::string_view campaign_name;
  std::string_view query;
  std::string_view channel;
  std::string_view consent;       // raw JSON
  std::string_view props;         // raw JSON
  std::vector<RawItem> items;
  void clear();                   // keeps the items' memory
};

// Gives the parcel that goes to a shard, made on first use. The server implements it.
class ParcelSource {
 public:
  virtual ~ParcelSource() = default;
  virtual Parcel& parcel(size_t shard) = 0;
};

struct Rejection {
  uint32_t index = 0;  // of the event within its request, from 0
  ErrorCode code{};
  std::string detail;
};

// Process-wide counters of what decoding did; relaxed, any thread may read.
struct IntakeCounters {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> rejected{0};
  std::atomic<uint64_t> clamped_future{0};
  std::atomic<uint64_t> clamped_late{0};
  std::atomic<uint64_t> truncated{0};  // url, referrer, query cut at their bound
};

class Intake {
 public:
  explicit Intake(const Engine& engine, IntakeCounters& counters);

  // Begins a request. `source` is the decoder's name ("json", "pixel", "websocket", "replay").
  void start(ParcelSource& parcels, WallTime received_at, std::string_view source,
             std::string_view default_site = {});
  // Checks and takes one event; on failure rejects it with `raw` as its bytes. Every event of a
  // request goes through here in order, so that indexes are right.
  void take(const RawEvent& event, std::string_view raw);
  // For what never became a RawEvent.
  void reject(ErrorCode code, std::string detail, std::string_view raw);

  [[nodiscard]] uint32_t accepted() const { return x_accepted; }
  [[nodiscard]] uint32_t seen() const { return x_seen; }
  [[nodiscard]] const std::vector<Rejection>& rejections() const { return x_rejections; }

 private:
  Result<void> fill(const RawEvent& raw);  // into x_event

  const Engine& x_engine;
  IntakeCounters& x_counters;
  ParcelSource* x_parcels = nullptr;
  WallTime x_received_at;
  std::string x_source;
  std::string x_default_site;
  uint32_t x_seen = 0;
  uint32_t x_accepted = 0;
  std::vector<Rejection> x_rejections;
  Event x_event;
};

}  // namespace rekindle::io
