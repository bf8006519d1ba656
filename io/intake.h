// Where every decoder puts what it found: checks one raw event against core/limits.h and the site's
// settings, corrects its time, and appends its record to the parcel of the shard that owns the
// visitor; or rejects it with a reason and quarantines the raw bytes.
//
// Thread: one io thread. Owns: scratch buffers only; allocates nothing per event once warm.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine.h"
#include "core/error.h"
#include "core/event.h"
#include "core/limits.h"
#include "core/mailbox.h"

namespace rekindle::io {

class AgentCache;
class BotDoor;
class ConsentDoor;
class DebugTap;
struct ConsentSignals;

// An event as a decoder found it: text, nothing checked yet. Views into the decoder's buffers.
// Empty means absent.
struct RawItem {
  std::string_view product;
  std::string_view category;
  std::string_view brand;
  std::string_view price;  // plain decimal, major units
  int64_t quantity = 1;    // 1 … limits::kQuantityMax
};
struct RawEvent {
  std::string_view site;  // empty: the intake's default site
  std::string_view visitor;
  std::string_view event_id;
  std::string_view type;              // canonical name or custom:NAME
  std::optional<int64_t> at_ms;       // client clock; absent: received_at
  std::optional<int64_t> sent_at_ms;  // client clock when sending: corrects skew
  std::string_view value;             // plain decimal, major units
  std::string_view currency;          // empty: the site's
  std::string_view order;
  std::string_view coupon;
  std::string_view decision;  // of offer_* events: 16 hexadecimal digits
  std::string_view offer;
  std::string_view user;
  std::string_view url;
  std::string_view referrer;
  std::string_view campaign_source;
  std::string_view campaign_medium;
  std::string_view campaign_name;
  std::string_view query;
  std::string_view channel;
  std::string_view consent;     // raw JSON
  std::string_view props;       // raw JSON
  std::string_view user_agent;  // of the visitor, when the sender says it; not kept
  bool props_optional = false;  // too large: left out and counted, instead of refusing the event
  std::vector<RawItem> items;
  void clear();  // keeps the items' memory
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

// What came of one event, for those who want to know it of each.
struct EventVerdict {
  enum class Kind : uint8_t { kAccepted, kRejected, kWithoutConsent };
  Kind kind = Kind::kAccepted;
  bool is_bot = false;
  ErrorCode code{};    // of kRejected
  uint32_t index = 0;  // as Rejection::index
  uint32_t shard = 0;  // of kAccepted: whose parcel has its record, …
  size_t offset = 0;   // … and where
};

// Process-wide counters of what decoding did; relaxed, any thread may read.
struct IntakeCounters {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> rejected{0};
  std::atomic<uint64_t> clamped_future{0};
  std::atomic<uint64_t> clamped_late{0};
  std::atomic<uint64_t> truncated{0};  // url, referrer, query cut at their bound; props left out
};

// What the intake must know of the engine. `clock_mode` is asked once per request.
struct IntakeSettings {
  const Sites& sites;
  uint32_t partitions = limits::kPartitionsDefault;
  size_t shards = 1;
  std::function<ClockMode()> clock_mode;
};

// Time. On the wall clock an event's `at` is received − (sent − at) when both client times are
// given, else the client's `at`, else received; then clamped to [received − Site::late_max,
// received + limits::kFutureSkewMs] and counted. On the events clock `at` stands as given and the
// event counts as received then. kInvalidTime: outside kEventTimeMin … kEventTimeMax (events
// clock), or no time of the years 1 … 9999 (wall clock).
//
// Money is read in the event's currency and kept in the site's. Empty strings are absent fields.
class Intake {
 public:
  Intake(IntakeSettings settings, IntakeCounters& counters);
  explicit Intake(const Engine& engine, IntakeCounters& counters);

  // Begins a request. `source` is the decoder's name ("json", "pixel", "websocket", "replay").
  void start(ParcelSource& parcels, WallTime received_at, std::string_view source,
             std::string_view default_site = {});
  // Checks and takes one event; on failure rejects it with `raw` as its bytes. Every event of a
  // request goes through here in order, so that indexes are right.
  void take(const RawEvent& event, std::string_view raw);
  // A further event out of the input that the last take() accepted: it has the same index.
  void take_also(const RawEvent& event, std::string_view raw);
  // For what never became a RawEvent.
  void reject(ErrorCode code, std::string detail, std::string_view raw);

  // Events of this request that name another site are rejected; those that name none are this
  // one's. `site` must outlive the request.
  void confine(const Site& site) { x_only_site = &site; }

  // From now on nothing is taken that the door does not let in.
  void guard(const ConsentDoor& door) { x_door = &door; }
  // From now on events of known crawlers are marked or quarantined, as their site wants it.
  void watch_for_bots(const BotDoor& door, AgentCache& agents) {
    x_bot_door = &door;
    x_agents = &agents;
  }
  // Who sends: `user_agent` of a request that only a visitor's own browser makes (`of_page`), or of
  // one that their server may make as well; until the next start().
  void hear_agent(std::string_view user_agent, bool of_page);
  // What the request says of consent. Outlives the request; until the next start().
  void hear(const ConsentSignals& signals) { x_signals = &signals; }
  // A secret that the request's bytes may hold: what is quarantined has stars instead. The view
  // must outlive the request; until the next start().
  void hide(std::string_view secret) { x_secret = secret; }
  // The visitor of events that name none, until the next start(); the view must outlive the
  // request.
  void set_default_visitor(std::string_view visitor) { x_default_visitor = visitor; }
  [[nodiscard]] bool used_default_visitor() const { return x_used_default_visitor; }
  // Of seen(): neither accepted nor rejected, because the visitor does not allow it.
  [[nodiscard]] uint32_t without_consent() const { return x_without_consent; }

  // What later rejections of this request are filed under, so that they can be replayed.
  void set_source(std::string_view source) { x_source.assign(source); }

  // Until the next start() what comes of each event is listed: seen() of them.
  void list_verdicts() { x_lists_verdicts = true; }
  [[nodiscard]] bool lists_verdicts() const { return x_lists_verdicts; }
  [[nodiscard]] std::vector<EventVerdict>& verdicts() { return x_verdicts; }

  // From now on those who watch are told of every event.
  void tell(DebugTap& tap) { x_tap = &tap; }

  [[nodiscard]] uint32_t accepted() const { return x_accepted; }
  [[nodiscard]] uint32_t seen() const { return x_seen; }  // accepted, rejected, left out
  // The first limits::kRejectionsListedMax; seen() − accepted() tells how many there were.
  [[nodiscard]] const std::vector<Rejection>& rejections() const { return x_rejections; }

 private:
  Result<void> fill(const RawEvent& raw);  // into x_event
  [[nodiscard]] bool is_let_in();
  Result<void> judge_bot(const RawEvent& raw);
  void reject_of(const Site* site, ErrorCode code, std::string detail, std::string_view raw);
  Result<void> fill_names(const RawEvent& raw);
  Result<void> fill_time(const RawEvent& raw, const Site& site);
  Result<void> fill_money(const RawEvent& raw, const Site& site);
  void note(const EventVerdict& verdict);
  void show(const RawEvent& event, EventVerdict::Kind kind, const Error& error,
            std::string_view raw);
  void fill_cut(std::string_view raw, std::string_view Event::*field);
  [[nodiscard]] const Site* site_of(const RawEvent& raw) const;

  IntakeSettings x_settings;
  IntakeCounters& x_counters;
  ParcelSource* x_parcels = nullptr;
  WallTime x_received_at;
  ClockMode x_clock_mode = ClockMode::kWall;
  std::string x_source;
  std::string x_default_site;
  const ConsentDoor* x_door = nullptr;        // null: everything is taken
  const ConsentSignals* x_signals = nullptr;  // null: the request says nothing
  const BotDoor* x_bot_door = nullptr;        // null: everybody is welcome
  AgentCache* x_agents = nullptr;
  bool x_is_bot = false;  // who sends the request
  std::string x_consent;  // what the door made of it
  std::string x_props;    // … and what was left of addresses in them
  std::string_view x_default_visitor;
  std::string_view x_secret;
  uint32_t x_without_consent = 0;
  bool x_used_default_visitor = false;
  const Site* x_only_site = nullptr;  // null: any
  uint32_t x_index = 0;               // of the next input
  uint32_t x_seen = 0;
  uint32_t x_accepted = 0;
  bool x_lists_verdicts = false;
  std::vector<EventVerdict> x_verdicts;
  DebugTap* x_tap = nullptr;  // null: nobody ever watches
  std::vector<Rejection> x_rejections;
  Event x_event;
};

}  // namespace rekindle::io
