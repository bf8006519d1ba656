// A server on 127.0.0.1 with a free port, on a real engine with in-memory stores, and its clients.
// Nothing sleeps: clients block until the answer is there.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "io/server.h"
#include "operators/catalog.h"
#include "state/memory_log.h"
#include "state/memory_state_store.h"

namespace rekindle::testing {

// Recommends what it was asked with, so that tests see the whole way there and back.
class EchoDecider final : public Decider {
 public:
  [[nodiscard]] Decision decide(const DecideRequest& request, const Site& site,
                                const Visitor* visitor, EventTime) const override {
    Decision decision;
    if (visitor == nullptr) {
      decision.nothing_because = "unknown visitor";
      return decision;
    }
    for (uint32_t i = 0; i < request.offers_max; ++i) {
      Offer offer;
      offer.type = "product";
      offer.product = request.placement + "-" + std::to_string(i);
      offer.price = "1.50";
      offer.currency = site.currency.code();
      offer.source = "echo";
      offer.reasons = {"for \"" + visitor->name + "\""};
      decision.offers.push_back(offer);
    }
    return decision;
  }
  void learn(const ClosedSession&) override {}
  void publish() override {}
  void save(std::string& out) const override { out.clear(); }
  [[nodiscard]] Result<void> restore(std::string_view) override { return {}; }
};

struct ServerRigOptions {
  EngineConfig engine;
  io::ServerConfig server;
  ServerRigOptions() {
    engine.partitions = 8;
    engine.shards = 2;
    engine.clock = ClockMode::kEvents;
    server.port = 0;
  }
};

class ServerRig {
 public:
  explicit ServerRig(ServerRigOptions options = {}) {
    Site site;
    site.name = "shop";
    site.id = site_id("shop");
    site.currency = Currency::parse("GBP").value();
    x_sites = Sites::make({site}).value();
    EngineParts parts{x_log,
                      x_store,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      std::make_unique<EchoDecider>(),
                      {}};
    x_engine = Engine::open(options.engine, std::move(parts),
                            {{"carted", "Has a cart", "test", "count(add_to_cart, 1d) >= 1"},
                             {"viewers", "", "", "count(view_item, 1d) >= 1"}})
                   .value();
    x_server = io::Server::make(options.server, *x_engine).value();
  }
  ~ServerRig() {
    x_server.reset();
    EXPECT_TRUE(x_engine->stop());
  }

  [[nodiscard]] Engine& engine() { return *x_engine; }
  [[nodiscard]] io::Server& server() { return *x_server; }
  [[nodiscard]] uint16_t port() const { return x_server->port(); }
  [[nodiscard]] state::MemoryLog& log() { return x_log; }

 private:
  Sites x_sites;
  ManualClock x_clock{WallTime{1'700'000'000'000}};
  state::MemoryLog x_log;
  state::MemoryStateStore x_store;
  std::unique_ptr<Engine> x_engine;
  std::unique_ptr<io::Server> x_server;
};

inline constexpr int64_t kNow = 1'700'000'000'000;

inline std::string event_json(const std::string& visitor, const std::string& type, int64_t at,
                              const std::string& id = {}) {
  std::string json =
      R"({"visitor":")" + visitor + R"(","type":")" + type + R"(","at":)" + std::to_string(at);
  if (!id.empty()) json += R"(,"event_id":")" + id + "\"";
  return json + "}";
}

// A blocking HTTP client with one keep-alive connection.
class Client {
 public:
  using Answer = boost::beast::http::response<boost::beast::http::string_body>;

  explicit Client(uint16_t port) : x_socket(x_context) {
    x_socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  }
  void send(std::string_view bytes) { boost::asio::write(x_socket, boost::asio::buffer(bytes)); }
  Answer read(bool head = false) {
    boost::beast::http::response_parser<boost::beast::http::string_body> parser;
    parser.body_limit(64 * 1'024 * 1'024);
    parser.skip(head);
    boost::beast::http::read(x_socket, x_buffer, parser);
    return parser.release();
  }
  // True when the server ends the connection without another answer.
  bool is_closed() {
    char byte = 0;
    boost::system::error_code error;
    return boost::asio::read(x_socket, boost::asio::buffer(&byte, 1), error) == 0 &&
           x_buffer.size() == 0;
  }
  Answer get(const std::string& target, const std::string& headers = {}) {
    send("GET " + target + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n");
    return read();
  }
  Answer post(const std::string& target, const std::string& body, const std::string& headers = {}) {
    send("POST " + target + " HTTP/1.1\r\nHost: t\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return read();
  }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return x_socket; }

 private:
  boost::asio::io_context x_context;
  boost::asio::ip::tcp::socket x_socket;
  boost::beast::flat_buffer x_buffer;
};

// A blocking WebSocket client.
class WebSocketClient {
 public:
  explicit WebSocketClient(uint16_t port) : x_stream(x_context) {
    x_stream.next_layer().connect({boost::asio::ip::make_address("127.0.0.1"), port});
    x_stream.handshake("127.0.0.1", "/v1/ws");
  }
  void send(std::string_view frame) { x_stream.write(boost::asio::buffer(frame)); }
  std::string read() {
    boost::beast::flat_buffer buffer;
    x_stream.read(buffer);
    return boost::beast::buffers_to_string(buffer.data());
  }
  // The close code the server ended with; 0 when it ended without one.
  uint16_t read_close() {
    boost::beast::flat_buffer buffer;
    boost::system::error_code error;
    while (!error) {
      x_stream.read(buffer, error);
      buffer.clear();
    }
    return x_stream.reason().code;
  }
  [[nodiscard]] auto& stream() { return x_stream; }

 private:
  boost::asio::io_context x_context;
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> x_stream;
};

// The string value of the first "name":"…" in JSON that our own server wrote.
inline std::string text_of(const std::string& json, const std::string& name) {
  const std::string key = "\"" + name + "\":\"";
  const size_t at = json.find(key);
  if (at == std::string::npos) return {};
  const size_t begin = at + key.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

inline size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

}  // namespace rekindle::testing
