// Any bytes as a request body: nothing is read outside of them, every accepted event reads back
// within limits, and the answer is the same wherever the body lies in memory.
#include <cstdlib>
#include <string>

#include "core/event_format.h"
#include "core/limits.h"
#include "core/log_format.h"
#include "io/decoders/json_events.h"

namespace {

using namespace rekindle;
using namespace rekindle::io;

class FuzzParcel final : public Parcel {
 public:
  void on_reply() override {}
};
class FuzzParcels final : public ParcelSource {
 public:
  Parcel& parcel(size_t) override { return one; }
  FuzzParcel one;
};

void require(bool condition) {
  if (!condition) std::abort();
}

// Every record reads back, and nothing is over its limit.
void check_records(const Parcel& parcel) {
  std::string_view records = parcel.records;
  uint32_t events = 0;
  Event event;
  while (!records.empty()) {
    const size_t size = event_record_size(records);
    require(size > 0 && read_event(records.substr(0, size), event).has_value());
    require(!event.visitor_name.empty() &&
            event.visitor_name.size() <= limits::kVisitorNameBytesMax);
    require(event.url.size() <= limits::kUrlBytesMax);
    require(event.at >= kEventTimeMin && event.at <= kEventTimeMax);
    records.remove_prefix(size);
    ++events;
  }
  require(events == parcel.events);
  for (const std::string& entry : parcel.quarantine) {
    require(read_quarantine(1, entry).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Sites sites =
      Sites::make({Site{.name = "shop", .currency = Currency::parse("EUR").value()}}).value();
  static IntakeCounters counters;
  static JsonEvents json;
  const std::string_view body(reinterpret_cast<const char*>(data), size);

  FuzzParcels copied;
  Intake first(IntakeSettings{sites, 64, 1, [] { return ClockMode::kWall; }}, counters);
  first.start(copied, WallTime{1'700'000'000'000}, "fuzz");
  const bool readable = json.decode(body, size, first).has_value();
  check_records(copied.one);
  require(readable || first.seen() == 0);
  require(first.seen() == copied.one.events + copied.one.quarantine.size());

  // In place, with hostile bytes behind it.
  std::string followed(body);
  followed.append(kJsonPaddingBytes, '"');
  FuzzParcels in_place;
  Intake second(IntakeSettings{sites, 64, 1, [] { return ClockMode::kWall; }}, counters);
  second.start(in_place, WallTime{1'700'000'000'000}, "fuzz");
  const bool again =
      json.decode(std::string_view(followed).substr(0, size), followed.size(), second).has_value();
  require(again == readable);
  require(in_place.one.records == copied.one.records);
  require(in_place.one.quarantine == copied.one.quarantine);
  return 0;
}
