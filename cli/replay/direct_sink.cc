#include "cli/assembly.h"
#include "cli/replay/sink.h"
#include "core/mailbox.h"
#include "io/intake.h"

namespace rekindle::cli {
namespace {

// Feeds an engine in this process through the same intake and inboxes as the server does, with a
// bounded number of parcels under way.
class DirectSink final : public ReplaySink, private io::ParcelSource {
 public:
  DirectSink(std::unique_ptr<Assembly> assembly, std::string default_site, uint32_t frame)
      : x_assembly(std::move(assembly)),
        x_default_site(std::move(default_site)),
        x_frame(frame),
        x_intake(x_assembly->engine(), x_counters),
        x_parcels(x_assembly->engine().shards()) {
    for (size_t i = 0; i < x_parcels.size(); ++i) {
      x_senders.push_back(std::make_unique<Inbox::Sender>(x_assembly->engine().inbox(i)));
    }
  }

  Result<void> send(const SourceEvent& event) override {
    // A request of its own for each: an imported event was received when it happened.
    x_intake.start(*this, as_wall_time(EventTime{event.at_ms}), "replay", x_default_site);
    event.to_raw(x_raw);
    x_json.clear();
    event.to_json(x_json);
    x_intake.take(x_raw, x_json);
    ++x_totals.sent;
    for (const io::Rejection& rejection : x_intake.rejections()) {
      ++x_totals.rejected;
      ++x_totals.reasons[std::string(name_of(rejection.code))];
    }
    return ++x_events < x_frame ? Result<void>() : push();
  }

  Result<void> finish() override {
    if (x_events > 0) {
      if (auto pushed = push(); !pushed) return pushed;
    }
    if (auto done = wait_until(0); !done) return done;
    return x_assembly->engine().stop();
  }

 private:
  class DirectParcel final : public Parcel {
   public:
    explicit DirectParcel(DirectSink& sink) : x_sink(sink) {}
    void on_reply() override { x_sink.on_reply(*this); }
    int64_t sent_ns = 0;

   private:
    DirectSink& x_sink;
  };
  static constexpr size_t kParcelsInFlight = 64;

  Parcel& parcel(size_t shard) override {
    if (x_parcels[shard] == nullptr) x_parcels[shard] = std::make_unique<DirectParcel>(*this);
    return *x_parcels[shard];
  }

  Result<void> push() {
    x_events = 0;
    for (size_t shard = 0; shard < x_parcels.size(); ++shard) {
      if (x_parcels[shard] == nullptr) continue;
      DirectParcel* parcel = x_parcels[shard].release();
      parcel->sender = &x_mailbox;
      parcel->sent_ns = monotonic_ns();
      const size_t cost = parcel->cost_bytes();
      while (!x_senders[shard]->send(parcel, cost)) {
        ++x_totals.pushed_back;
        if (auto waited = wait_until(x_in_flight == 0 ? 0 : x_in_flight - 1); !waited) {
          delete parcel;
          return waited;
        }
      }
      ++x_in_flight;
    }
    return wait_until(kParcelsInFlight);
  }

  // Takes replies until at most `most` parcels are under way.
  Result<void> wait_until(size_t most) {
    while (x_in_flight > most && !x_has_failed) {
      Message* messages[32];
      x_mailbox.bell().announce_sleep();
      const size_t n = x_mailbox.take(messages, 32);
      if (n == 0) {
        x_mailbox.bell().wait(-1);
        continue;
      }
      x_mailbox.bell().cancel_sleep();
      for (size_t i = 0; i < n; ++i) messages[i]->on_reply();
    }
    if (x_has_failed) return Error{ErrorCode::kStoreFailed, "the store took no more events"};
    return {};
  }

  void on_reply(DirectParcel& parcel) {
    --x_in_flight;
    x_has_failed = x_has_failed || parcel.failed;
    x_totals.accepted += parcel.events - parcel.duplicates - parcel.collisions;
    x_totals.duplicates += parcel.duplicates;
    x_totals.rejected += parcel.collisions;
    x_totals.latency.record(monotonic_ns() - parcel.sent_ns);
    delete &parcel;
  }

  Mailbox x_mailbox;
  std::unique_ptr<Assembly> x_assembly;
  std::string x_default_site;
  uint32_t x_frame;
  io::IntakeCounters x_counters;
  io::Intake x_intake;
  io::RawEvent x_raw;
  std::string x_json;
  std::vector<std::unique_ptr<Inbox::Sender>> x_senders;
  std::vector<std::unique_ptr<DirectParcel>> x_parcels;  // being filled
  uint32_t x_events = 0;
  size_t x_in_flight = 0;
  bool x_has_failed = false;
};

}  // namespace

Result<std::unique_ptr<ReplaySink>> open_direct_sink(const Config& config, uint32_t frame) {
  auto assembly = Assembly::open(config, {});
  if (!assembly) return assembly.error();
  return std::unique_ptr<ReplaySink>(
      new DirectSink(std::move(*assembly), config.server.default_site, frame));
}

}  // namespace rekindle::cli
