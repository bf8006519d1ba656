// How far we are from what our parts would do alone, run by run in turns, on one machine:
//
//   log    RocksDB given one row a batch of the same bytes    our log: RocksLog::append
//   parse  simdjson reading the same lines, looking at none   our decoder and intake, to records
//   queue  moodycamel with tokens, in bulk                    our inbox, with credit and doorbell
//
// Prints a JSON object a figure: the median ratio (ours ÷ alone), and both rates. `./dev peers`
// runs it.
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/mailbox.h"
#include "io/decoders/json_events.h"
#include "state/rocks_log.h"

namespace {

using namespace rekindle;

constexpr size_t kBatchEvents = 256;
constexpr size_t kEventBytes = 200;
constexpr size_t kPartitions = 64;

struct Rates {
  std::vector<double> ours;
  std::vector<double> alone;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print(std::string_view name, const std::vector<double>& values, std::string_view unit) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  fmt::print(R"({{"name":"{}","value":{:.4f},"unit":"{}","samples":{},"spread":{:.4f}}})"
             "\n",
             name, median(values), unit, values.size(), (*most - *least) / median(values));
  std::fflush(stdout);
}

void print(std::string_view part, std::string_view alone, const Rates& rates) {
  std::vector<double> ratios;
  for (size_t i = 0; i < rates.ours.size(); ++i) {
    ratios.push_back(rates.ours[i] / rates.alone[i]);
  }
  print(fmt::format("{}.vs_{}", part, alone), ratios, "ratio");
  print(fmt::format("{}.events_per_s", part), rates.ours, "1/s");
  print(fmt::format("{}.{}_per_s", part, alone), rates.alone, "1/s");
}

template <typename Do>
double per_second(size_t events, const Do& action) {
  const int64_t began = monotonic_ns();
  action();
  return static_cast<double>(events) * 1e9 / static_cast<double>(monotonic_ns() - began);
}

std::string scratch() {
  std::string path = (std::filesystem::temp_directory_path() / "rekindle-limits-XXXXXX").string();
  RK_ASSERT(::mkdtemp(path.data()) != nullptr);
  return path;
}

// About half as large compressed, like events.
std::string text(size_t bytes) {
  std::mt19937_64 random(1);
  std::string out(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) {
    out[i] = i % 2 == 0 ? static_cast<char>(random()) : static_cast<char>('a' + i % 23);
  }
  return out;
}

double log_ours(size_t batches, const std::string& record) {
  const std::string path = scratch();
  double rate = 0;
  {
    auto log = state::RocksLog::open(path).value();
    LogBatch batch;
    for (size_t p = 0; p < kPartitions; ++p) {
      batch.partitions.push_back({PartitionId{static_cast<uint16_t>(p)}, 0, record, 0, {}, 0, {}});
    }
    rate = per_second(batches * kBatchEvents, [&] {
      for (size_t i = 0; i < batches; ++i) {
        for (PartitionAppend& share : batch.partitions) ++share.position;
        RK_ASSERT(log->append(batch, Durability::kDurable).has_value());
      }
    });
  }
  std::filesystem::remove_all(path);
  return rate;
}

// The least that can be asked of it: one ascending row for all bytes of a batch.
double log_alone(size_t batches, const std::string& record) {
  const std::string path = scratch();
  std::string row;
  for (size_t p = 0; p < kPartitions; ++p) row += record;
  double rate = 0;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kLZ4Compression;
    rocksdb::DB* opened = nullptr;
    RK_ASSERT(rocksdb::DB::Open(options, path, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    rate = per_second(batches * kBatchEvents, [&] {
      for (size_t i = 0; i < batches; ++i) {
        char key[8];
        for (size_t byte = 0; byte < sizeof key; ++byte) {
          key[byte] = static_cast<char>(i >> (8 * (sizeof key - 1 - byte)));
        }
        rocksdb::WriteBatch batch;
        RK_ASSERT(batch.Put(rocksdb::Slice(key, sizeof key), row).ok());
        RK_ASSERT(db->Write({}, &batch).ok());
      }
    });
  }
  std::filesystem::remove_all(path);
  return rate;
}

class OneParcel final : public io::ParcelSource {
 public:
  Parcel& parcel(size_t) override { return x_parcel; }
  void empty() {
    x_parcel.records.clear();
    x_parcel.events = 0;
  }

 private:
  class Kept final : public Parcel {
   public:
    void on_reply() override {}
  } x_parcel;
};

std::string lines_of(size_t events) {
  std::string body;
  for (size_t i = 0; i < events; ++i) {
    body += fmt::format(
        R"({{"site":"shop","visitor":"2f6b9c1e-7a44-4c07-9d0e-5b1a3c{0}","event_id":"01HF7Y3K9W{0}",)"
        R"("type":"add_to_cart","at":1700000000123,"sent_at":1700000000456,)"
        R"("url":"https://shop.example/products/red-running-shoes?size=42","items":[{{"product":)"
        R"("sku-{0}","category":"shoes","brand":"acme","price":79.95,"quantity":1}}],)"
        R"("value":79.95,"currency":"EUR","channel":"web"}})"
        "\n",
        10'000 + i);
  }
  body.reserve(body.size() + io::kJsonPaddingBytes);
  return body;
}

double parse_ours(size_t bodies, std::string& body) {
  auto sites = Sites::make({Site{.name = "shop", .currency = *Currency::parse("EUR")}}).value();
  io::IntakeCounters counters;
  io::Intake intake{io::IntakeSettings{sites, kPartitions, 1, [] { return ClockMode::kWall; }},
                    counters};
  io::JsonEvents json;
  OneParcel parcels;
  const double rate = per_second(bodies * kBatchEvents, [&] {
    for (size_t i = 0; i < bodies; ++i) {
      parcels.empty();
      intake.start(parcels, WallTime{1'700'000'000'000}, "bench");
      RK_ASSERT(json.decode(body, intake).has_value());
    }
  });
  RK_ASSERT(counters.rejected == 0);
  return rate;
}

double parse_alone(size_t bodies, const std::string& text) {
  const simdjson::padded_string body(text);
  simdjson::dom::parser parser;
  size_t objects = 0;
  const double rate = per_second(bodies * kBatchEvents, [&] {
    for (size_t i = 0; i < bodies; ++i) {
      simdjson::dom::document_stream documents;
      RK_ASSERT(!parser.parse_many(body).get(documents));
      for (const auto document : documents) objects += document.error() == simdjson::SUCCESS;
    }
  });
  RK_ASSERT(objects == bodies * kBatchEvents);
  return rate;
}

constexpr size_t kTaken = 64;  // of a queue at once

double queue_ours(size_t messages) {
  Inbox inbox(size_t{1} << 40);
  class Nothing final : public Query {
   public:
    void run(QueryScope&) override {}
    void on_reply() override {}
  } message;
  std::vector<Message*> taken(kTaken);
  return per_second(messages, [&] {
    std::thread producer([&] {
      Inbox::Sender sender(inbox);
      for (size_t i = 0; i < messages; ++i) {
        RK_ASSERT(sender.put(&message, 0).has_value());
        if (i % kTaken == kTaken - 1) sender.ring();
      }
      sender.ring();
    });
    for (size_t left = messages; left > 0;) left -= inbox.take(taken.data(), kTaken);
    producer.join();
  });
}

double queue_alone(size_t messages) {
  moodycamel::ConcurrentQueue<Message*> queue;
  std::vector<Message*> taken(kTaken);
  return per_second(messages, [&] {
    std::thread producer([&] {
      const moodycamel::ProducerToken token(queue);
      for (size_t i = 0; i < messages; ++i) queue.enqueue(token, nullptr);
    });
    moodycamel::ConsumerToken token(queue);
    for (size_t left = messages; left > 0;) {
      left -= queue.try_dequeue_bulk(token, taken.data(), kTaken);
    }
    producer.join();
  });
}

template <typename Ours, typename Alone>
Rates in_turns(size_t runs, const Ours& ours, const Alone& alone) {
  Rates rates;
  for (size_t i = 0; i < runs; ++i) {
    rates.alone.push_back(alone());
    rates.ours.push_back(ours());
  }
  return rates;
}

}  // namespace

// Arguments: runs, then how many thousand batches a run.
int main(int argc, char** argv) {
  const size_t runs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5;
  const size_t batches = (argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10) * 1'000;
  const std::string record = text(kEventBytes * kBatchEvents / kPartitions);
  print("log", "rocksdb",
        in_turns(
            runs, [&] { return log_ours(batches, record); },
            [&] { return log_alone(batches, record); }));
  std::string body = lines_of(kBatchEvents);  // the decoder may write behind its end
  print("parse", "simdjson",
        in_turns(
            runs, [&] { return parse_ours(batches / 2, body); },
            [&] { return parse_alone(batches / 2, body); }));
  print("queue", "moodycamel",
        in_turns(
            runs, [&] { return queue_ours(batches * 200); },
            [&] { return queue_alone(batches * 200); }));
  return 0;
}
