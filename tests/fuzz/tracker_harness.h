// Any request to one tracker's decoder: nothing crashes, and every input becomes an event or a
// rejection. The first byte chooses GET or POST and the path, the rest is query '\n' body.
#pragma once

#include <cstdlib>
#include <string>

#include "core/event_format.h"
#include "io/decoders/trackers.h"

namespace rekindle::io {

class FuzzParcel final : public Parcel {
 public:
  void on_reply() override {}
};
class FuzzParcels final : public ParcelSource {
 public:
  Parcel& parcel(size_t) override { return one; }
  FuzzParcel one;
};

inline void check_records(const FuzzParcel& parcel) {
  std::string_view records = parcel.records;
  Event event;
  for (uint32_t i = 0; i < parcel.events; ++i) {
    const size_t size = event_record_size(records);
    if (size == 0 || !read_event(records.substr(0, size), event)) std::abort();
    records.remove_prefix(size);
  }
  if (!records.empty()) std::abort();
}

template <size_t kPaths>
int fuzz_tracker(std::string_view name, const std::string_view (&paths)[kPaths],
                 const uint8_t* data, size_t size) {
  static const Sites sites =
      Sites::make({Site{.name = "shop", .currency = Currency::parse("EUR").value()}}).value();
  static const ServerConfig config = [] {
    ServerConfig made;
    made.redirect_hosts = {"shop.example"};
    return made;
  }();
  static Trackers trackers;
  static IntakeCounters counters;
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  FuzzParcels parcels;
  Intake intake(IntakeSettings{sites, 64, 1, [] { return ClockMode::kWall; }}, counters);
  intake.start(parcels, WallTime{1'700'000'000'000}, name, {});
  TrackerCall call{config, sites, intake};
  const size_t line = bytes.find('\n');
  call.method = (data[0] & 1) != 0 ? Method::kGet : Method::kPost;
  call.path = paths[(data[0] >> 1) % kPaths];
  call.query = std::string_view(bytes).substr(0, line);
  if (line != std::string::npos) call.body = std::string_view(bytes).substr(line + 1);
  trackers.named(name)->decode(call);
  if (intake.accepted() != parcels.one.events) std::abort();
  if (intake.seen() - intake.accepted() != parcels.one.quarantine.size()) std::abort();
  check_records(parcels.one);
  Response response;
  trackers.named(name)->answer({call.answer_as, call.unreadable, call.inputs, intake.rejections()},
                               response);
  return 0;
}

}  // namespace rekindle::io
