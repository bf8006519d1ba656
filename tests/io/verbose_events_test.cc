// POST /v1/events?verbose=1: what came of each event, in the order sent.
#include <gtest/gtest.h>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

std::string verdicts(const Answer& answer) {
  const size_t at = answer.body().find("\"events\":");
  return at == std::string::npos ? answer.body() : answer.body().substr(at);
}

TEST(VerboseEvents, TellsEachEventsVerdict) {
  ServerRig rig;
  Client client(rig.port());
  client.post("/v1/events", event_json("ann", "page_view", kNow, "1"));
  // Of two shards, so that places in the request and in parcels differ.
  const std::string body =
      event_json("bob", "page_view", kNow, "1") + "\n" + event_json("ann", "page_view", kNow, "1") +
      "\n{bad\n" + event_json("ann", "page_view", kNow, "2") + "\n" +
      event_json("bob", "page_view", kNow, "1") + "\n" + event_json("cat", "nothing", kNow) + "\n" +
      event_json("ann", "page_view", kNow, "2");
  EXPECT_EQ(R"("events":[{"index":0,"verdict":"accepted"},{"index":1,"verdict":"duplicate"},)"
            R"({"index":2,"verdict":"rejected","reason":"malformed_json"},)"
            R"({"index":3,"verdict":"accepted"},{"index":4,"verdict":"duplicate"},)"
            R"({"index":5,"verdict":"rejected","reason":"unknown_event_type"},)"
            R"({"index":6,"verdict":"duplicate"}]})"
            "\n",
            verdicts(client.post("/v1/events?verbose=1", body)));
}

TEST(VerboseEvents, IsSilentUnlessAsked) {
  ServerRig rig;
  Client client(rig.port());
  const std::string body = event_json("bob", "page_view", kNow, "1");
  for (const char* target : {"/v1/events", "/v1/events?verbose=0", "/v1/events?verbose="}) {
    EXPECT_EQ(std::string::npos, client.post(target, body).body().find("\"events\"")) << target;
  }
  EXPECT_EQ("\"events\":[]}\n", verdicts(client.post("/v1/events?verbose=1", "[]")));
}

TEST(VerboseEvents, TellsOfConsentAndOfBots) {
  ServerRigOptions options;
  options.server.collect = {io::default_collect("shop")};
  options.server.collect[0].collect = io::Collect::kWithConsent;
  ServerRig rig(options);
  Client client(rig.port());
  std::string allowed = event_json("bob", "page_view", kNow);
  allowed.pop_back();
  allowed += R"(,"consent":{"analytics":true}})";
  const std::string body = event_json("ann", "page_view", kNow) + "\n" + allowed;
  EXPECT_EQ(R"("events":[{"index":0,"verdict":"without_consent"},)"
            R"({"index":1,"verdict":"accepted","bot":true}]})"
            "\n",
            verdicts(client.post("/v1/events?verbose=1", body, "User-Agent: Googlebot/2.1\r\n")));
}

}  // namespace
}  // namespace rekindle::testing
