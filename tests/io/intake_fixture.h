// An Intake over two sites, and what went through it: shared by the decoders' tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/event_format.h"
#include "core/log.h"
#include "core/log_format.h"
#include "io/intake.h"

namespace rekindle::io {

class TestParcel final : public Parcel {
 public:
  void on_reply() override {}
};

class TestParcels final : public ParcelSource {
 public:
  Parcel& parcel(size_t shard) override { return x_parcels[shard]; }
  [[nodiscard]] const std::map<size_t, TestParcel>& all() const { return x_parcels; }
  void clear() { x_parcels.clear(); }

 private:
  std::map<size_t, TestParcel> x_parcels;
};

inline Currency currency_of(std::string_view code) {
  return Currency::parse(code).value();
}

inline Sites two_sites() {
  Site shop{.name = "shop", .currency = currency_of("EUR"), .late_max = hours(72)};
  shop.rates.push_back({currency_of("USD"), 9, 10});
  shop.rates.push_back({currency_of("JPY"), 1, 150});
  Site other{.name = "other", .currency = currency_of("JPY"), .late_max = hours(1)};
  return Sites::make({shop, other}).value();
}

inline constexpr WallTime kReceived{1'700'000'000'000};  // 2023-11-14T22:13:20Z

class IntakeFixture : public ::testing::Test {
 protected:
  void start(std::string_view default_site = "shop") {
    parcels.clear();
    intake.start(parcels, kReceived, "test", default_site);
  }
  // Every event that was taken, shard by shard; strings point into the parcels.
  std::vector<Event> events() {
    std::vector<Event> found;
    for (const auto& [shard, parcel] : parcels.all()) {
      std::string_view records = parcel.records;
      for (uint32_t i = 0; i < parcel.events; ++i) {
        const size_t size = event_record_size(records);
        Event event;
        EXPECT_TRUE(read_event(records.substr(0, size), event));
        found.push_back(std::move(event));
        records.remove_prefix(size);
      }
      EXPECT_TRUE(records.empty());
    }
    return found;
  }
  // The only event; fails the test when there is not exactly one.
  Event only_event() {
    std::vector<Event> found = events();
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Event{} : std::move(found[0]);
  }
  std::vector<QuarantineEntry> quarantine() {
    std::vector<QuarantineEntry> found;
    for (const auto& [shard, parcel] : parcels.all()) {
      for (const std::string& value : parcel.quarantine) {
        found.push_back(read_quarantine(0, value).value());
      }
    }
    return found;
  }
  // The reasons of the rejections, in order.
  std::vector<ErrorCode> codes() {
    std::vector<ErrorCode> found;
    for (const Rejection& rejection : intake.rejections()) found.push_back(rejection.code);
    return found;
  }

  Sites sites = two_sites();
  ClockMode clock_mode = ClockMode::kWall;
  IntakeCounters counters;
  TestParcels parcels;
  Intake intake{IntakeSettings{sites, 64, 4, [this] { return clock_mode; }}, counters};
};

}  // namespace rekindle::io
