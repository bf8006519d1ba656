#include "io/intake.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "core/decision.h"
#include "core/event_format.h"
#include "core/limits.h"
#include "core/log_format.h"
#include "core/time_text.h"
#include "io/bots/agent_cache.h"
#include "io/bots/bot_door.h"
#include "io/consent/client_address.h"
#include "io/consent/consent_door.h"
#include "io/debug/debug_tap.h"

namespace rekindle::io {
namespace {

// Most strings are short and ASCII: those are seen eight bytes at a time, without a call.
bool is_utf8(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; end - p >= 8; p += 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    if ((word & 0x8080'8080'8080'8080ULL) != 0) return simdjson::validate_utf8(text);
  }
  for (; p != end; ++p) {
    if (static_cast<signed char>(*p) < 0) return simdjson::validate_utf8(text);
  }
  return true;
}

Result<void> check_text(std::string_view text, size_t bytes_max, const char* field) {
  if (text.size() > bytes_max) return Error{ErrorCode::kStringTooLong, field};
  if (!is_utf8(text)) return Error{ErrorCode::kInvalidUtf8, field};
  return {};
}

struct TextField {
  const char* name;
  std::string_view RawEvent::*from;
  std::string_view Event::*to;
  size_t bytes_max;
};
constexpr TextField kTextFields[] = {
    {"order", &RawEvent::order, &Event::order, limits::kIdBytesMax},
    {"coupon", &RawEvent::coupon, &Event::coupon, limits::kIdBytesMax},
    {"decision", &RawEvent::decision, &Event::decision, limits::kIdBytesMax},
    {"offer", &RawEvent::offer, &Event::offer, limits::kIdBytesMax},
    {"user", &RawEvent::user, &Event::user, limits::kTextBytesMax},
    {"campaign.source", &RawEvent::campaign_source, &Event::campaign_source, limits::kTextBytesMax},
    {"campaign.medium", &RawEvent::campaign_medium, &Event::campaign_medium, limits::kTextBytesMax},
    {"campaign.name", &RawEvent::campaign_name, &Event::campaign_name, limits::kTextBytesMax},
    {"channel", &RawEvent::channel, &Event::channel, limits::kTextBytesMax},
    {"consent", &RawEvent::consent, &Event::consent, limits::kPropsBytesMax},
    {"props", &RawEvent::props, &Event::props, limits::kPropsBytesMax},
};

struct CutField {
  const char* name;
  std::string_view RawEvent::*from;
  std::string_view Event::*to;
};
constexpr CutField kCutFields[] = {{"url", &RawEvent::url, &Event::url},
                                   {"referrer", &RawEvent::referrer, &Event::referrer},
                                   {"query", &RawEvent::query, &Event::query}};

// The longest beginning within `bytes_max` that ends between two characters.
std::string_view cut(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t size = bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

Result<int64_t> read_money(std::string_view text, Currency currency, const Site& site,
                           const char* field) {
  const Result<int64_t> minor = parse_minor(text, currency);
  if (!minor) return Error{minor.error().code, field};
  if (*minor < 0) return Error{ErrorCode::kInvalidMoney, std::string(field) + " is negative"};
  const Result<int64_t> converted = convert(*minor, currency, site);
  if (!converted) return Error{converted.error().code, std::string(currency.code())};
  return converted;
}

void hide_in(std::string& text, std::string_view secret) {
  for (size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += secret.size()) {
    text.replace(at, secret.size(), secret.size(), '*');
  }
}

bool is_client_time(const std::optional<int64_t>& ms) {
  return !ms || (*ms >= kTimeTextMin && *ms <= kTimeTextMax);
}

void count_one(std::atomic<uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void RawEvent::clear() {
  auto kept = std::move(items);
  kept.clear();
  *this = RawEvent{};
  items = std::move(kept);
}

Intake::Intake(IntakeSettings settings, IntakeCounters& counters)
    : x_settings(std::move(settings)), x_counters(counters) {}

Intake::Intake(const Engine& engine, IntakeCounters& counters)
    : Intake(IntakeSettings{engine.sites(), engine.partitions(), engine.shards(),
                            [&engine] { return engine.clock_mode(); }},
             counters) {}

void Intake::start(ParcelSource& parcels, WallTime received_at, std::string_view source,
                   std::string_view default_site) {
  x_parcels = &parcels;
  x_received_at = received_at;
  x_clock_mode = x_settings.clock_mode();
  x_source.assign(source);
  x_default_site.assign(default_site);
  x_only_site = nullptr;
  x_signals = nullptr;
  x_is_bot = false;
  x_default_visitor = {};
  x_secret = {};
  x_without_consent = 0;
  x_used_default_visitor = false;
  x_index = 0;
  x_seen = 0;
  x_accepted = 0;
  x_rejections.clear();
  x_lists_verdicts = false;
  x_verdicts.clear();
}

void Intake::take(const RawEvent& event, std::string_view raw) {
  Result<void> result = fill(event);
  if (result && x_door != nullptr && !is_let_in()) {
    if (x_tap != nullptr && x_tap->is_watched()) {
      show({}, EventVerdict::Kind::kWithoutConsent, {}, {});
    }
    return;
  }
  if (result && x_bot_door != nullptr) result = judge_bot(event);
  if (result) {
    const auto partition = to_index(partition_of(x_event.visitor, x_settings.partitions));
    const size_t shard = partition % x_settings.shards;
    Parcel& parcel = x_parcels->parcel(shard);
    const size_t offset = parcel.records.size();
    result = append_event(x_event, parcel.records);
    if (result) {
      if (x_lists_verdicts) {
        note({EventVerdict::Kind::kAccepted,
              x_event.is_bot,
              {},
              x_index,
              static_cast<uint32_t>(shard),
              offset});
      }
      if (x_tap != nullptr && x_tap->is_watched()) {
        show(event, EventVerdict::Kind::kAccepted, {}, raw);
      }
      ++parcel.events;
      ++x_index;
      ++x_seen;
      ++x_accepted;
      count_one(x_counters.accepted);
      return;
    }
  }
  const Site* const site = site_of(event);
  if (x_tap != nullptr && x_tap->is_watched()) {
    const bool keeps = x_door == nullptr || x_door->keeps_raw(site);
    show(keeps ? event : RawEvent{}, EventVerdict::Kind::kRejected, result.error(),
         keeps ? raw : std::string_view());
  }
  reject_of(site, result.error().code, std::move(result.error().detail), raw);
}

void Intake::note(const EventVerdict& verdict) {
  x_verdicts.push_back(verdict);
}

void Intake::show(const RawEvent& event, EventVerdict::Kind kind, const Error& error,
                  std::string_view raw) {
  ShownEvent shown;
  shown.received_at = x_received_at;
  shown.source = x_source;
  const Site* const site =
      kind == EventVerdict::Kind::kRejected ? site_of(event) : x_settings.sites.find(x_event.site);
  if (site != nullptr) shown.site = site->name;
  shown.visitor = event.visitor.empty() && !event.type.empty() ? x_default_visitor : event.visitor;
  shown.type = event.type;
  constexpr std::string_view kWords[] = {"accepted", "rejected", "without_consent"};
  shown.verdict = kWords[static_cast<size_t>(kind)];
  if (kind == EventVerdict::Kind::kRejected) {
    shown.reason = name_of(error.code);
    if (!raw.empty()) shown.detail = error.detail;
  }
  shown.is_bot = kind == EventVerdict::Kind::kAccepted && x_event.is_bot;
  std::string bytes(raw.substr(0, limits::kDebugRawBytesMax));
  if (!x_secret.empty()) hide_in(bytes, x_secret);
  shown.raw = bytes;
  x_tap->tell(shown);
}

void Intake::hear_agent(std::string_view user_agent, bool of_page) {
  if (x_agents == nullptr) return;
  const Agent agent = x_agents->judge(user_agent);
  x_is_bot = agent == Agent::kCrawler || (of_page && agent == Agent::kLibrary);
}

// What the sender says of the visitor's own User-Agent counts more than its own.
Result<void> Intake::judge_bot(const RawEvent& raw) {
  bool is_bot = x_is_bot;
  if (!raw.user_agent.empty()) is_bot = x_agents->judge(raw.user_agent) != Agent::kUnknown;
  if (!is_bot) return {};
  const Bots bots = x_bot_door->judge(x_event.site);
  if (bots == Bots::kQuarantine) return Error{ErrorCode::kBot, {}};
  x_event.is_bot = bots == Bots::kFlag;
  return {};
}

// What is not, is counted and forgotten: not even the quarantine keeps it.
bool Intake::is_let_in() {
  static constexpr ConsentSignals kNone;
  const Site* const site = x_settings.sites.find(x_event.site);
  const auto verdict = x_door->judge(*site, x_event, x_signals != nullptr ? *x_signals : kNone,
                                     x_event.consent, x_consent);
  if (verdict == ConsentDoor::Verdict::kTake) return true;
  if (x_lists_verdicts) note({EventVerdict::Kind::kWithoutConsent, false, {}, x_index});
  ++x_index;
  ++x_seen;
  ++x_without_consent;
  return false;
}

void Intake::take_also(const RawEvent& event, std::string_view raw) {
  --x_index;
  take(event, raw);
}

void Intake::reject(ErrorCode code, std::string detail, std::string_view raw) {
  if (x_tap != nullptr && x_tap->is_watched()) {
    const bool keeps = x_door == nullptr || x_door->keeps_raw(nullptr);
    show({}, EventVerdict::Kind::kRejected, {code, detail}, keeps ? raw : std::string_view());
  }
  reject_of(nullptr, code, std::move(detail), raw);
}

void Intake::reject_of(const Site* site, ErrorCode code, std::string detail, std::string_view raw) {
  // Nobody can tell whether this was allowed: of a site that asks for consent nothing is kept.
  const bool keeps = x_door == nullptr || x_door->keeps_raw(site);
  if (!keeps) raw = {};
  const uint32_t index = x_index++;
  ++x_seen;
  count_one(x_counters.rejected);
  if (x_lists_verdicts) note({EventVerdict::Kind::kRejected, false, code, index});
  QuarantineEntry entry;
  entry.received_at = x_received_at;
  entry.reason = name_of(code);
  entry.source = x_source;
  if (site == nullptr) site = x_only_site;
  if (site != nullptr) entry.site = site->name;
  if (keeps) entry.detail = detail;
  entry.raw = raw.substr(0, limits::kQuarantineRawBytesMax);
  if (raw.size() > entry.raw.size()) {
    if (!entry.detail.empty()) entry.detail += "; ";
    entry.detail += "raw bytes cut from " + std::to_string(raw.size());
  }
  for (std::string* text : {&entry.raw, &entry.detail}) {
    if (!x_secret.empty()) hide_in(*text, x_secret);
  }
  append_quarantine(entry, x_parcels->parcel(0).quarantine.emplace_back());
  if (x_rejections.size() < limits::kRejectionsListedMax) {
    x_rejections.push_back({index, code, std::move(detail)});
  }
}

const Site* Intake::site_of(const RawEvent& raw) const {
  if (x_only_site != nullptr) {
    return raw.site.empty() || raw.site == x_only_site->name ? x_only_site : nullptr;
  }
  if (!raw.site.empty()) return x_settings.sites.find(raw.site);
  if (!x_default_site.empty()) return x_settings.sites.find(x_default_site);
  const std::vector<Site>& all = x_settings.sites.all();
  return all.size() == 1 ? all.data() : nullptr;
}

Result<void> Intake::fill(const RawEvent& raw) {
  x_event.clear();
  const Site* site = site_of(raw);
  if (site == nullptr) {
    if (!is_utf8(raw.site)) return Error{ErrorCode::kInvalidUtf8, "site"};
    return Error{ErrorCode::kUnknownSite, std::string(cut(raw.site, limits::kIdBytesMax))};
  }
  x_event.site = site->id;
  if (auto result = fill_names(raw); !result) return result;
  if (auto result = fill_money(raw, *site); !result) return result;
  for (const CutField& field : kCutFields) {
    if (!is_utf8(raw.*field.from)) return Error{ErrorCode::kInvalidUtf8, field.name};
  }
  if (auto result = fill_time(raw, *site); !result) return result;
  for (const CutField& field : kCutFields) fill_cut(raw.*field.from, field.to);
  if (!x_event.props.empty()) x_event.props = without_addresses(x_event.props, x_props);
  return {};
}

Result<void> Intake::fill_names(const RawEvent& raw) {
  std::string_view visitor = raw.visitor;
  if (visitor.empty() && !x_default_visitor.empty()) {
    visitor = x_default_visitor;
    x_used_default_visitor = true;
  }
  if (visitor.empty()) return Error{ErrorCode::kMissingField, "visitor"};
  if (raw.type.empty()) return Error{ErrorCode::kMissingField, "type"};
  if (auto result = check_text(visitor, limits::kVisitorNameBytesMax, "visitor"); !result) {
    return result;
  }
  if (auto result = check_text(raw.event_id, limits::kIdBytesMax, "event_id"); !result) {
    return result;
  }
  if (!is_utf8(raw.type)) return Error{ErrorCode::kInvalidUtf8, "type"};
  const std::optional<EventType> type = parse_event_type(raw.type);
  if (!type) {
    return Error{ErrorCode::kUnknownEventType, std::string(cut(raw.type, limits::kIdBytesMax))};
  }
  for (const TextField& field : kTextFields) {
    const bool is_props = field.from == &RawEvent::props;
    if (is_props && raw.props_optional && raw.props.size() > field.bytes_max) {
      count_one(x_counters.truncated);
      continue;
    }
    if (auto result = check_text(raw.*field.from, field.bytes_max, field.name); !result) {
      return result;
    }
    x_event.*field.to = raw.*field.from;
  }
  if (!raw.decision.empty() && parse_decision(raw.decision) == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "decision is 16 hexadecimal digits, as decide gave it"};
  }
  x_event.visitor = visitor_key(x_event.site, visitor);
  x_event.visitor_name = visitor;
  x_event.event_id = name_hash(raw.event_id);
  x_event.type = *type;
  if (is_custom(*type)) x_event.custom_type = raw.type.substr(raw.type.find(':') + 1);
  return {};
}

Result<void> Intake::fill_money(const RawEvent& raw, const Site& site) {
  Currency currency = site.currency;
  if (!raw.currency.empty() && raw.currency != currency.code()) {
    const Result<Currency> parsed = Currency::parse(raw.currency);
    if (!parsed) return Error{parsed.error().code, "currency"};
    currency = *parsed;
  }
  if (!raw.value.empty()) {
    const Result<int64_t> value = read_money(raw.value, currency, site, "value");
    if (!value) return value.error();
    x_event.value = *value;
  }
  if (raw.items.size() > limits::kItemsPerEventMax) return Error{ErrorCode::kTooManyItems, {}};
  for (const RawItem& from : raw.items) {
    for (const auto& [text, name] :
         {std::pair{from.product, "items.product"}, std::pair{from.category, "items.category"},
          std::pair{from.brand, "items.brand"}}) {
      if (auto result = check_text(text, limits::kIdBytesMax, name); !result) return result;
    }
    if (from.quantity < 1 || from.quantity > int64_t{limits::kQuantityMax}) {
      return Error{ErrorCode::kInvalidQuantity, "items.quantity"};
    }
    Item& item = x_event.items.emplace_back();
    item.product = from.product;
    item.category = from.category;
    item.brand = from.brand;
    item.quantity = static_cast<uint32_t>(from.quantity);
    if (from.price.empty()) continue;
    const Result<int64_t> price = read_money(from.price, currency, site, "items.price");
    if (!price) return price.error();
    item.price = *price;
  }
  return {};
}

Result<void> Intake::fill_time(const RawEvent& raw, const Site& site) {
  if (!is_client_time(raw.at_ms)) return Error{ErrorCode::kInvalidTime, "at"};
  if (!is_client_time(raw.sent_at_ms)) return Error{ErrorCode::kInvalidTime, "sent_at"};
  EventTime at = as_event_time(x_received_at);
  if (x_clock_mode == ClockMode::kEvents) {
    if (raw.at_ms) at = {*raw.at_ms};
    if (at < kEventTimeMin || at > kEventTimeMax) return Error{ErrorCode::kInvalidTime, "at"};
    x_event.at = at;
    x_event.received_at = as_wall_time(at);
    return {};
  }
  if (raw.at_ms && raw.sent_at_ms) {
    at = at - Duration{*raw.sent_at_ms - *raw.at_ms};
  } else if (raw.at_ms) {
    at = {*raw.at_ms};
  }
  const EventTime earliest = as_event_time(x_received_at) - site.late_max;
  const EventTime latest = as_event_time(x_received_at) + Duration{limits::kFutureSkewMs};
  if (at < earliest) count_one(x_counters.clamped_late);
  if (at > latest) count_one(x_counters.clamped_future);
  x_event.at = std::clamp(at, earliest, latest);
  x_event.received_at = x_received_at;
  return {};
}

void Intake::fill_cut(std::string_view raw, std::string_view Event::*field) {
  if (raw.size() > limits::kUrlBytesMax) count_one(x_counters.truncated);
  raw = cut(raw, limits::kUrlBytesMax);
  x_event.*field = raw;
}

}  // namespace rekindle::io
