// Any bytes as the pixel's query string: always exactly one event or one rejection.
#include <cstdlib>
#include <string>

#include "core/event_format.h"
#include "io/decoders/pixel.h"

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Sites sites =
      Sites::make({Site{.name = "shop", .currency = Currency::parse("EUR").value()}}).value();
  static IntakeCounters counters;
  static PixelDecoder pixel;
  FuzzParcels parcels;
  Intake intake(IntakeSettings{sites, 64, 1, [] { return ClockMode::kWall; }}, counters);
  intake.start(parcels, WallTime{1'700'000'000'000}, "fuzz");
  pixel.decode({reinterpret_cast<const char*>(data), size}, intake);
  if (intake.seen() != 1) std::abort();
  if (parcels.one.events + parcels.one.quarantine.size() != 1) std::abort();
  Event event;
  if (parcels.one.events == 1 && !read_event(parcels.one.records, event)) std::abort();
  return 0;
}
