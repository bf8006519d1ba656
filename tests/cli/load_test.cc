// The load generator's parts: what it makes up, and how it talks.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "cli/load/connection.h"
#include "cli/load/decision_probes.h"
#include "cli/load/dice.h"
#include "cli/load/driver.h"
#include "cli/load/probes.h"
#include "cli/load/traffic.h"

namespace rekindle::cli {
namespace {

using testing::HasSubstr;

TEST(Zipf, draws_ranks_in_proportion_to_their_shares) {
  constexpr uint32_t kRanks = 100;
  constexpr int kDraws = 2'000'000;
  for (const double exponent : {0.0, 1.0, 1.5}) {
    const Zipf zipf(kRanks, exponent);
    Dice dice(3);
    std::vector<double> seen(kRanks);
    for (int i = 0; i < kDraws; ++i) ++seen[zipf.draw(dice)];
    double total = 0;
    for (uint32_t r = 0; r < kRanks; ++r) total += std::pow(r + 1.0, -exponent);
    for (uint32_t r = 0; r < kRanks; ++r) {
      const double expected = kDraws * std::pow(r + 1.0, -exponent) / total;
      EXPECT_NEAR(seen[r], expected, 6 * std::sqrt(expected) + 1) << exponent << " rank " << r;
    }
  }
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const size_t from = text.find(begin);
  if (from == std::string::npos) return {};
  const size_t start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

TEST(Traffic, ids_are_unique_and_the_mix_has_every_kind_of_event) {
  TrafficConfig config;
  config.visitors = 1'000;
  config.run = "x";
  Traffic traffic(config);
  std::set<std::string> ids;
  std::map<std::string, int> types;
  for (int i = 0; i < 50'000; ++i) {
    std::string event;
    ASSERT_TRUE(traffic.append_json(event));
    ids.insert(between(event, "\"event_id\":\"", "\""));
    ++types[between(event, "\"type\":\"", "\"")];
    if (event.find("purchase") != std::string::npos) {
      EXPECT_THAT(event, HasSubstr("\"order\":\"ox-"));
    }
  }
  EXPECT_EQ(ids.size(), 50'000U);
  EXPECT_EQ(types.size(), 4U);
  for (const auto& [type, count] : types) EXPECT_GT(count, 200) << type;
}

TEST(Traffic, every_visitor_once_gives_each_a_session_and_ends) {
  TrafficConfig config;
  config.visitors = 5'000;
  config.every_visitor_once = true;
  config.session_mean = 3;
  Traffic traffic(config);
  std::set<std::string> visitors;
  size_t events = 0;
  std::string event;
  while (traffic.append_json(event)) {
    ++events;
    visitors.insert(between(event, "\"visitor\":\"", "\""));
    event.clear();
  }
  EXPECT_EQ(visitors.size(), 5'000U);
  EXPECT_NEAR(static_cast<double>(events), 15'000, 1'000);
}

TEST(Target, only_loopback_addresses_are_taken) {
  EXPECT_TRUE(Target::parse("http://127.0.0.1:80"));
  EXPECT_TRUE(Target::parse("ws://localhost:9"));
  for (const char* url : {"http://10.0.0.1:80", "http://example.org", "127.0.0.1:80",
                          "https://127.0.0.1", "http://127.0.0.1:x"}) {
    EXPECT_FALSE(Target::parse(url)) << url;
  }
}

// Answers every request of one connection after another, in pieces of a few bytes.
class TinyServer {
 public:
  explicit TinyServer(std::string answer) : x_answer(std::move(answer)) {
    x_listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(x_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(x_listener, 8) != 0 ||
        getsockname(x_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      ADD_FAILURE() << "no listening socket";
    }
    x_port = ntohs(address.sin_port);
    x_thread = std::thread([this] { serve(); });
  }
  ~TinyServer() {
    x_thread.join();
    close(x_listener);
  }
  [[nodiscard]] uint16_t port() const { return x_port; }
  [[nodiscard]] int requests() const { return x_requests; }

 private:
  void serve() {
    const int fd = accept(x_listener, nullptr, nullptr);
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::string in;
    char chunk[4'096];
    for (ssize_t n = 0; (n = recv(fd, chunk, sizeof chunk, 0)) > 0;) {
      in.append(chunk, static_cast<size_t>(n));
      for (size_t end = 0; (end = in.find("\r\n\r\n")) != std::string::npos;) {
        in.erase(0, end + 4);
        ++x_requests;
        for (size_t at = 0; at < x_answer.size(); at += 7) {
          const std::string piece = x_answer.substr(at, 7);
          if (send(fd, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
        }
      }
    }
    close(fd);
  }

  std::string x_answer;
  int x_listener = -1;
  uint16_t x_port = 0;
  std::atomic<int> x_requests{0};
  std::thread x_thread;
};

StreamResult drive(const std::string& answer, uint32_t in_flight, uint32_t requests, int& seen) {
  TinyServer server(answer);
  StreamResult result;
  {
    Driver driver(*Target::parse("http://127.0.0.1:" + std::to_string(server.port())));
    StreamConfig stream;
    stream.name = "test";
    stream.in_flight = in_flight;
    uint32_t sent = 0;
    auto added = driver.add_stream(stream, [&](Connection& to, int64_t) -> std::optional<uint32_t> {
      if (sent == requests) return std::nullopt;
      ++sent;
      to.out() += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
      return 3;
    });
    EXPECT_TRUE(added);
    EXPECT_TRUE(driver.run({}, days(1), [] {}));
    result = driver.result(0);
  }
  seen = server.requests();
  return result;
}

TEST(Driver, counts_answers_that_come_in_pieces_and_back_to_back) {
  int seen = 0;
  const StreamResult result =
      drive("HTTP/1.1 200 OK\r\ncontent-length: 33\r\n\r\n{\"accepted\":2,\"duplicates\":1,\"r\"}",
            5, 100, seen);
  EXPECT_EQ(seen, 100);
  EXPECT_EQ(result.requests, 100U);
  EXPECT_EQ(result.events, 300U);
  EXPECT_EQ(result.accepted, 200U);
  EXPECT_EQ(result.duplicates, 100U);
  EXPECT_EQ(result.latency.count(), 100U);
  EXPECT_EQ(result.unanswered, 0U);
}

TEST(Driver, tells_pushing_back_from_failing) {
  int seen = 0;
  const StreamResult busy = drive("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 1, 10, seen);
  EXPECT_EQ(busy.refused, 10U);
  EXPECT_EQ(busy.latency.count(), 0U);
  const StreamResult bad = drive("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno", 1, 10, seen);
  EXPECT_EQ(bad.failed, 10U);
}

TEST(NumberAfter, reads_a_member_or_zero) {
  EXPECT_EQ(number_after(R"({"accepted": 42,"x":1})", R"("accepted")"), 42U);
  EXPECT_EQ(number_after(R"({"x":1})", R"("accepted")"), 0U);
}

// What the feed says of probe 0.
std::string change(const std::string& what, const std::string& at) {
  return R"({"changes":[{"visitor":"probe-r-0","site":"shop","change":")" + what +
         R"(","reason":"event","at":")" + at + R"("}]})";
}

TEST(Probes, measure_who_enters_from_when_it_was_due_and_who_leaves_from_the_instant_it_names) {
  TinyServer server("");
  auto connection =
      Connection::open(*Target::parse("http://127.0.0.1:" + std::to_string(server.port())), "");
  ASSERT_TRUE(connection);
  Probes probes("shop", "r");
  probes.send(**connection, 1'000'000);
  EXPECT_EQ(probes.missing(), 1U);
  probes.received(change("entered", "1970-01-01T00:00:01.000Z"), 4'000'000, 1'000);
  probes.received(change("entered", "1970-01-01T00:00:01.000Z"), 9'000'000, 1'000);  // once more
  ASSERT_EQ(probes.latency.count(), 1U);
  EXPECT_EQ(probes.missing(), 0U);
  EXPECT_NEAR(static_cast<double>(probes.latency.percentile(100)), 3e6, 1e5);
  EXPECT_EQ(probes.lateness.count(), 0U);
  probes.received(change("left", "1970-01-01T00:00:03.000Z"), 9'000'000, 3'007);
  ASSERT_EQ(probes.lateness.count(), 1U);
  EXPECT_NEAR(static_cast<double>(probes.lateness.percentile(100)), 7e6, 2e5);
  EXPECT_EQ(probes.latency.count(), 1U);
}

// The decision at the placement that offers what was looked at last.
std::string shown(int visitor, int product) {
  return R"({"decisions":[{"placement":"seen","visitor":"seen-r-)" + std::to_string(visitor) +
         R"(","decision":{"offers":[{"product":"p)" + std::to_string(product) + R"("}]}}]})";
}

TEST(DecisionProbes, measure_from_when_a_look_was_due_until_a_decision_shows_it) {
  TinyServer server("");
  auto connection =
      Connection::open(*Target::parse("http://127.0.0.1:" + std::to_string(server.port())), "");
  ASSERT_TRUE(connection);
  DecisionProbes probes("shop", "r", "seen", 1'000);
  EXPECT_THAT(probes.greeting(), HasSubstr(R"("visitor":"seen-r-15","placement":"seen")"));
  for (int look = 0; look < 33; ++look) probes.send(**connection, look * 1'000'000);
  probes.received(shown(1, 0), 60'000'000);  // nothing it looked at: as it was before
  probes.received(shown(1, 1), 61'000'000);
  ASSERT_EQ(probes.latency.count(), 1U);
  EXPECT_NEAR(static_cast<double>(probes.latency.percentile(100)), 60e6, 2e6);
  probes.received(shown(1, 1), 70'000'000);  // once more
  EXPECT_EQ(probes.latency.count(), 1U);
  probes.received(shown(0, 32), 62'000'000);  // and with it what it looked at before: 0 and 16
  EXPECT_EQ(probes.latency.count(), 4U);
  EXPECT_NEAR(static_cast<double>(probes.latency.percentile(100)), 62e6, 2e6);
}

}  // namespace
}  // namespace rekindle::cli
