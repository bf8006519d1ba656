// The doors over TLS: what is refused in the handshake, what is served within, and renewal.
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

#include <filesystem>
#include <fstream>

#include "io/tls/server_tls.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"
#include "tests/io/tls/certificate.h"

namespace rekindle::testing {
namespace {

using Version = TlsClient::Version;
using Failed = boost::system::system_error;

ServerRigOptions with_tls(const Certificate& certificate) {
  ServerRigOptions options;
  options.server.tls = certificate.config();
  return options;
}

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: t\r\n" + headers + "Connection: close\r\n\r\n";
}

TEST(Tls, ServesRequestsAndSaysGoodbye) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  TlsClient client(rig.port());
  const std::string event = event_json("ann", "view_item", kNow);
  client.send(
      "POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(event.size()) +
      "\r\n\r\n" + event + get("/v1/visitors/ann?site=shop"));
  const std::string answers = client.read_all();
  EXPECT_EQ(2u, count_of(answers, "HTTP/1.1 200 OK")) << answers;
  EXPECT_NE(std::string::npos, answers.find("\"accepted\":1")) << answers;
}

TEST(Tls, CarriesBodiesAndAnswersOfManyRecords) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  std::string body;
  constexpr int kEvents = 5'000;
  for (int i = 0; i < kEvents; ++i) {
    body += event_json("v" + std::to_string(i), "view_item", kNow) + "\n";
  }
  TlsClient client(rig.port());
  client.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string verdict = client.read_until("\"rejected\":[]}\n");
  EXPECT_NE(std::string::npos, verdict.find("\"accepted\":5000")) << verdict;
  client.send(get("/v1/audiences/viewers/members?limit=10000"));
  const std::string answers = client.read_all();
  EXPECT_EQ(static_cast<size_t>(kEvents), count_of(answers, "\"visitor\"")) << answers.size();
}

TEST(Tls, CarriesWebSockets) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  EXPECT_NE(std::string::npos,
            tls_websocket_answer(rig.port(), "/v1/ws", event_json("ann", "page_view", kNow))
                .find("\"ack\":1,\"accepted\":1"));
}

TEST(Tls, CarriesEventStreams) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  TlsClient stream(rig.port());
  stream.send(get("/v1/changes/stream?after=0"));
  TlsClient sender(rig.port());
  const std::string event = event_json("ann", "view_item", kNow);
  sender.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: " +
              std::to_string(event.size()) + "\r\n\r\n" + event);
  EXPECT_NE(std::string::npos, sender.read_all().find("\"accepted\":1"));
  EXPECT_NE(std::string::npos, stream.read_until("\"visitor\":\"ann\"").find("event-stream"));
}

TEST(Tls, SpeaksNothingOld) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  EXPECT_EQ("TLSv1.3", TlsClient(rig.port()).version());
  EXPECT_EQ("TLSv1.2", TlsClient(rig.port(), Version::k12).version());
  EXPECT_THROW(TlsClient(rig.port(), Version::k11), Failed);
  for (const char* ciphers : {"AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA",
                              "ECDHE-ECDSA-AES256-SHA384", "aNULL", "eNULL"}) {
    EXPECT_THROW(TlsClient(rig.port(), Version::k12, ciphers), Failed) << ciphers;
  }
}

TEST(Tls, ChoosesHttpAmongProtocols) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  EXPECT_EQ("http/1.1",
            TlsClient(rig.port(), Version::kAny, nullptr, "\x02h2\x08http/1.1").protocol());
  EXPECT_EQ("", TlsClient(rig.port()).protocol());
  EXPECT_THROW(TlsClient(rig.port(), Version::kAny, nullptr, "\x02h2"), Failed);
}

TEST(Tls, AnswersNothingInTheClear) {
  const Certificate certificate;
  ServerRig rig(with_tls(certificate));
  const EventStreamClient plain(rig.port(), "/health/live");
  EXPECT_EQ(0u, plain.status());  // it ends, maybe with an alert of TLS
  TlsClient watch(rig.port());
  watch.send(get("/metrics"));
  EXPECT_NE(std::string::npos, watch.read_all().find("rekindle_tls_handshakes_failed_total 1\n"));
}

TEST(Tls, TakesUpARenewedCertificateWhileOthersGoOn) {
  Certificate certificate(7);
  ServerRig rig(with_tls(certificate));
  TlsClient before(rig.port());
  EXPECT_EQ(7, before.serial());
  EXPECT_FALSE(rig.server().certificate_changed());

  certificate.renew(8);
  const auto later = std::filesystem::last_write_time(certificate.path("key.pem")) +
                     std::chrono::seconds(1);  // file systems keep coarse times
  std::filesystem::last_write_time(certificate.path("key.pem"), later);
  EXPECT_TRUE(rig.server().certificate_changed());
  EXPECT_EQ(7, TlsClient(rig.port()).serial());  // not before it is told to
  ASSERT_TRUE(rig.server().reload_certificate());
  EXPECT_FALSE(rig.server().certificate_changed());
  EXPECT_EQ(8, TlsClient(rig.port()).serial());
  before.send(get("/health/live"));
  EXPECT_NE(std::string::npos, before.read_all().find("200 OK"));
}

TEST(Tls, KeepsTheOldCertificateWhenTheNewOneIsBroken) {
  Certificate certificate(7);
  ServerRig rig(with_tls(certificate));
  std::ofstream(certificate.path("key.pem")) << "no key";
  EXPECT_FALSE(rig.server().reload_certificate());
  EXPECT_FALSE(rig.server().certificate_changed());  // seen, and said once
  EXPECT_EQ(7, TlsClient(rig.port()).serial());
}

TEST(Tls, NamesTheFileThatIsWrong) {
  const Certificate one;
  const Certificate other;
  const auto fault = [](const io::TlsConfig& config) {
    const auto made = io::ServerTls::make(config);
    return made ? std::string() : made.error().detail;
  };
  EXPECT_EQ("", fault(one.config()));
  io::TlsConfig config = one.config();
  config.key_file = other.config().key_file;
  EXPECT_NE(std::string::npos, fault(config).find(config.key_file));
  config = one.config();
  config.certificate_file += ".gone";
  EXPECT_NE(std::string::npos, fault(config).find(config.certificate_file));
}

}  // namespace
}  // namespace rekindle::testing
