#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "cli/replay/sink.h"
#include "core/clock.h"

namespace rekindle::cli {
namespace {

constexpr size_t kFramesInFlight = 16;
constexpr int kTriesMax = 60;
constexpr int kWaitSecondsMax = 10;

void wait_as_asked(int seconds) {
  std::this_thread::sleep_for(std::chrono::seconds(std::clamp(seconds, 1, kWaitSecondsMax)));
}

class HttpSink final : public ReplaySink {
 public:
  HttpSink(std::unique_ptr<HttpClient> client, Url url, uint32_t frame)
      : x_client(std::move(client)), x_url(std::move(url)), x_frame(frame) {
    if (x_url.path == "/") x_url.path = "/v1/events";
  }

  Result<void> send(const SourceEvent& event) override {
    event.to_json(x_body);
    x_body += '\n';
    ++x_totals.sent;
    return ++x_events < x_frame ? Result<void>() : post();
  }
  Result<void> finish() override { return x_events == 0 ? Result<void>() : post(); }

 private:
  Result<void> post() {
    for (int tries = 0; tries < kTriesMax; ++tries) {
      const int64_t since = monotonic_ns();
      auto answer = x_client->post(x_url.path, "application/x-ndjson", x_body);
      if (!answer) return answer.error();
      if (answer->status == 429 || answer->status == 503) {
        ++x_totals.pushed_back;
        wait_as_asked(answer->retry_after_seconds);
        continue;
      }
      if (answer->status / 100 != 2) {
        return Error{ErrorCode::kMalformedRequest,
                     "the server answered " + std::to_string(answer->status) + ": " + answer->body};
      }
      x_totals.latency.record(monotonic_ns() - since);
      x_body.clear();
      x_events = 0;
      return add_answer(answer->body, x_totals);
    }
    return Error{ErrorCode::kOverloaded, "the server asked to wait too often"};
  }

  std::unique_ptr<HttpClient> x_client;
  Url x_url;
  uint32_t x_frame;
  std::string x_body;
  uint32_t x_events = 0;
};

class WebSocketSink final : public ReplaySink {
 public:
  WebSocketSink(std::unique_ptr<WebSocketClient> client, uint32_t frame)
      : x_client(std::move(client)), x_frame(frame) {}

  Result<void> send(const SourceEvent& event) override {
    event.to_json(x_body);
    x_body += '\n';
    ++x_totals.sent;
    return ++x_events < x_frame ? Result<void>() : push();
  }
  Result<void> finish() override {
    if (x_events > 0) {
      if (auto pushed = push(); !pushed) return pushed;
    }
    while (!x_sent_ns.empty()) {
      if (auto taken = take_ack(); !taken) return taken;
    }
    x_client->close();
    return {};
  }

 private:
  // The server pushes back by not reading, so that waiting for an ack is all there is to do.
  Result<void> push() {
    if (x_sent_ns.size() == kFramesInFlight) {
      if (auto taken = take_ack(); !taken) return taken;
    }
    x_sent_ns.push_back(monotonic_ns());
    if (auto sent = x_client->send(x_body); !sent) return sent;
    x_body.clear();
    x_events = 0;
    return {};
  }
  Result<void> take_ack() {
    const auto ack = x_client->receive();
    if (!ack) return ack.error();
    x_totals.latency.record(monotonic_ns() - x_sent_ns.front());
    x_sent_ns.pop_front();
    return add_answer(*ack, x_totals);
  }

  std::unique_ptr<WebSocketClient> x_client;
  uint32_t x_frame;
  std::string x_body;
  uint32_t x_events = 0;
  std::deque<int64_t> x_sent_ns;  // of frames without an ack
};

Result<std::unique_ptr<ReplaySink>> open_websocket_sink(Url url, uint32_t frame) {
  if (url.path == "/") url.path = "/v1/ws";
  for (int tries = 0; tries < kTriesMax; ++tries) {
    auto client = WebSocketClient::open(url);
    if (client) {
      return std::unique_ptr<ReplaySink>(new WebSocketSink(std::move(*client), frame));
    }
    if (client.error().code != ErrorCode::kOverloaded) return client.error();
    wait_as_asked(1);
  }
  return Error{ErrorCode::kOverloaded, "the server has no room for another connection"};
}

}  // namespace

Result<void> add_answer(std::string_view json, ReplayTotals& totals) {
  simdjson::dom::parser parser;
  simdjson::dom::element answer;
  if (parser.parse(json.data(), json.size()).get(answer) != simdjson::SUCCESS) {
    return Error{ErrorCode::kMalformedJson, "the server's answer: " + std::string(json)};
  }
  uint64_t accepted = 0;
  if (answer["accepted"].get(accepted) != simdjson::SUCCESS) {
    return Error{ErrorCode::kMalformedRequest, "the server's answer: " + std::string(json)};
  }
  uint64_t duplicates = 0;
  if (answer["duplicates"].get(duplicates) != simdjson::SUCCESS) duplicates = 0;
  totals.accepted += accepted;
  totals.duplicates += duplicates;
  simdjson::dom::array rejected;
  if (answer["rejected"].get(rejected) != simdjson::SUCCESS) {
    return Error{ErrorCode::kMalformedRequest, "the server's answer: " + std::string(json)};
  }
  uint64_t count = rejected.size();
  for (const auto entry : rejected) {
    std::string_view reason;
    if (entry["reason"].get(reason) != simdjson::SUCCESS) reason = "unknown";
    ++totals.reasons[std::string(reason)];
  }
  uint64_t all = 0;  // says how many there were when the list is cut
  if (answer["rejected_total"].get(all) == simdjson::SUCCESS) count = all;
  totals.rejected += count;
  uint64_t collisions = 0;  // absent when there are none
  if (answer["collisions"].get(collisions) == simdjson::SUCCESS) {
    totals.rejected += collisions;
    totals.reasons["visitor_collision"] += collisions;
  }
  return {};
}

Result<std::unique_ptr<ReplaySink>> open_network_sink(const Url& url, uint32_t frame) {
  if (url.scheme == "ws") return open_websocket_sink(url, frame);
  auto client = HttpClient::open(url);
  if (!client) return client.error();
  return std::unique_ptr<ReplaySink>(new HttpSink(std::move(*client), url, frame));
}

}  // namespace rekindle::cli
