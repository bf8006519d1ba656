// Any bytes as a webhook that comes in: the first line is its signature, the rest its body. Nothing
// unsigned is let in; of what is, every event reads back, and the same message makes the same ids.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/event_format.h"
#include "core/log_format.h"
#include "io/hooks/hook_events.h"
#include "io/hooks/hook_signature.h"

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

HookConfig mapping() {
  HookConfig config;
  config.name = "fuzz";
  config.site = "shop";
  config.secrets = {"nobody knows this one"};
  config.header = "s";
  config.events = {"d", "0"};
  config.type = {{"t"}, {}};
  config.types = {{"o", "email_open"}, {"*", "custom:other"}};
  for (const std::string_view field : hook_fields()) {
    config.fields.emplace_back(field, HookValue{{std::string(field.substr(0, 1)), "1"}, {}});
  }
  config.fields.emplace_back("visitor", HookValue{{"v"}, {}});
  return config;
}

void check_records(const Parcel& parcel) {
  std::string_view records = parcel.records;
  Event event;
  while (!records.empty()) {
    const size_t size = event_record_size(records);
    require(size > 0 && read_event(records.substr(0, size), event).has_value());
    require(event.event_id != kNoName);
    records.remove_prefix(size);
  }
  for (const std::string& entry : parcel.quarantine) require(read_quarantine(1, entry).has_value());
}

std::string records_of(const Sites& sites, const HookConfig& config, std::string_view body) {
  static IntakeCounters counters;
  FuzzParcels parcels;
  Intake intake(IntakeSettings{sites, 64, 1, [] { return ClockMode::kWall; }}, counters);
  intake.start(parcels, WallTime{1'700'000'000'000}, "hook/fuzz");
  HookEvents events;
  static_cast<void>(events.decode(config, body, "m", intake));
  require(intake.seen() == parcels.one.events + parcels.one.quarantine.size());
  check_records(parcels.one);
  return parcels.one.records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Sites sites =
      Sites::make({Site{.name = "shop", .currency = Currency::parse("EUR").value()}}).value();
  static HookConfig config = mapping();
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(all.find('\n'), size);
  const std::string_view signature = all.substr(0, end);
  const std::string_view body = all.substr(std::min(end + 1, size));
  const HeaderFields headers = {{"S", signature},
                                {"webhook-id", "1"},
                                {"webhook-timestamp", "1700000000"},
                                {"webhook-signature", signature}};
  for (const auto signing :
       {HookSigning::kStandard, HookSigning::kTimestamped, HookSigning::kBody}) {
    config.signing = signing;
    require(!verify_hook(config, headers, body, WallTime{1'700'000'000'000}).has_value());
  }
  require(records_of(sites, config, body) == records_of(sites, config, body));
  return 0;
}
