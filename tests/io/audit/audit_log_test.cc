#include "io/audit/audit_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/limits.h"
#include "tests/io/access/access_rig.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::testing {
namespace {

io::AuditEntry entry(const std::string& subject) {
  io::AuditEntry made;
  made.at = WallTime{1'700'000'000'000};
  made.key = "operator";
  made.address = "127.0.0.1";
  made.method = "PUT";
  made.path = "/v1/audiences/{}";
  made.subject = subject;
  made.status = 202;
  return made;
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(AuditLog, GoesOnAfterARestart) {
  const ScratchDirectory directory;
  {
    io::AuditLog log;
    ASSERT_TRUE(log.open(directory.path()));
    log.add(entry("a"));
    log.add(entry("a \"quoted\"\nline"));
  }
  io::AuditLog log;
  ASSERT_TRUE(log.open(directory.path()));
  log.add(entry("c"));
  const auto all = log.read(0, 10);
  ASSERT_EQ(3u, all.size());
  EXPECT_EQ("a \"quoted\"\nline", all[1].subject);
  EXPECT_EQ(WallTime{1'700'000'000'000}, all[1].at);
  EXPECT_EQ("operator", all[1].key);
  EXPECT_EQ(202, all[1].status);
  EXPECT_EQ(3u, all[2].id);
  ASSERT_EQ(1u, log.read(1, 1).size());
  EXPECT_EQ(2u, log.read(1, 1)[0].id);
}

TEST(AuditLog, LeavesOutALineThatWasCut) {
  const ScratchDirectory directory;
  const std::string file = directory.path() + "/audit.ndjson";
  {
    io::AuditLog log;
    ASSERT_TRUE(log.open(directory.path()));
    log.add(entry("a"));
    log.add(entry("b"));
  }
  std::string text = text_of_file(file);
  text.resize(text.size() - 20);
  std::ofstream(file, std::ios::binary) << text;
  for (int start = 0; start < 2; ++start) {
    io::AuditLog log;
    ASSERT_TRUE(log.open(directory.path()));
    ASSERT_FALSE(log.read(0, 10).empty());
    EXPECT_EQ("a", log.read(0, 10)[0].subject);
    if (start == 0) log.add(entry("c"));
    EXPECT_EQ("c", log.read(0, 10).back().subject);
  }
}

TEST(AuditLog, KeepsWithinItsTwoFiles) {
  const ScratchDirectory directory;
  io::AuditLog log;
  ASSERT_TRUE(log.open(directory.path()));
  const std::string subject(4'000, 'x');
  const size_t entries = 3 * limits::kAuditFileBytesMax / subject.size();
  for (size_t i = 0; i < entries; ++i) log.add(entry(subject));
  EXPECT_EQ(0u, log.failures());
  for (const char* name : {"/audit.ndjson", "/audit.1.ndjson"}) {
    EXPECT_LE(std::filesystem::file_size(directory.path() + name), limits::kAuditFileBytesMax);
  }
  EXPECT_EQ(limits::kAuditShownMax, log.read(0, SIZE_MAX).size());
  EXPECT_EQ(entries, log.read(0, SIZE_MAX).back().id);
}

TEST(AuditRoute, ShowsWhoChangedWhat) {
  ServerRig rig(with_keys());
  Client client(rig.port());
  ask(client, "PUT", "/v1/audiences/heroes", bearer("sk_root"));        // no body: 400
  ask(client, "DELETE", "/v1/audiences/nobody", bearer("sk_root"));     // 404
  ask(client, "DELETE", "/v1/audiences/viewers", bearer("sk_reader"));  // 403: a known key
  ask(client, "DELETE", "/v1/audiences/viewers", bearer("sk_unknown"));
  client.post("/v1/events", event_json("ann", "page_view", kNow), bearer("pk_page"));
  client.get("/v1/audiences", bearer("sk_root"));
  EXPECT_EQ(403u, client.get("/v1/audit", bearer("sk_reader")).result_int());
  const std::string seen = client.get("/v1/audit", bearer("sk_root")).body();
  EXPECT_EQ(3u, count_of(seen, "\"id\"")) << seen;
  for (const char* part :
       {R"("id":1,"at":"2023-11-14T22:13:20.000Z","key":"root","address":"127.0.0.1")",
        R"("method":"PUT","path":"/v1/audiences/{}","subject":"heroes","status":400)",
        R"("method":"DELETE","path":"/v1/audiences/{}","subject":"nobody","status":404)",
        R"("key":"reader","address":"127.0.0.1","method":"DELETE","path":"/v1/audiences/{}",)"
        R"("subject":"viewers","status":403)"}) {
    EXPECT_NE(std::string::npos, seen.find(part)) << part << "\n" << seen;
  }
  const std::string rest = client.get("/v1/audit?after=1&limit=1", bearer("sk_root")).body();
  EXPECT_NE(std::string::npos, rest.find("\"id\":2")) << rest;
  EXPECT_NE(std::string::npos, rest.find("],\"after\":2}")) << rest;
}

}  // namespace
}  // namespace rekindle::testing
