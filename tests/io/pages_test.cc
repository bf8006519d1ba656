#include "io/pages.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/browser_script.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {
namespace fs = std::filesystem;

// A directory with a page, which goes away.
class DemoDirectory {
 public:
  DemoDirectory() {
    std::string pattern = (fs::temp_directory_path() / "rekindle-pages-XXXXXX").string();
    x_path = mkdtemp(pattern.data());
    fs::create_directory(x_path / "parts");
    write("index.html", "<p>shop</p>");
    write("parts/a.css", std::string(5'000, ' '));
  }
  ~DemoDirectory() { fs::remove_all(x_path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(x_path / name) << text;
  }
  [[nodiscard]] std::string path() const { return x_path.string(); }

 private:
  fs::path x_path;
};

ServerRigOptions with_demo(const DemoDirectory& demo) {
  ServerRigOptions options;
  options.server.demo = demo.path();
  return options;
}

TEST(Pages, ServesTheScriptAsItWasBuilt) {
  ServerRig rig;
  Client client(rig.port());
  const Answer answer = client.get("/rekindle.js");
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_EQ(io::browser_script(), answer.body());
  EXPECT_EQ("text/javascript; charset=utf-8", answer["Content-Type"]);
  EXPECT_EQ("public, max-age=3600", answer["Cache-Control"]);
  const Answer small = client.get("/rekindle.js", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ("gzip", small["Content-Encoding"]);
  EXPECT_LT(small.body().size(), 3'072u);
  const Answer refused = client.get("/rekindle.js", "Accept-Encoding: gzip;q=0, br\r\n");
  EXPECT_EQ("", refused["Content-Encoding"]);
  const Answer known = client.get("/rekindle.js", "If-None-Match: " + answer["ETag"] + "\r\n");
  EXPECT_EQ(304u, known.result_int());
  EXPECT_EQ("", known["Content-Length"]);
  EXPECT_EQ(405u, client.post("/rekindle.js", "x").result_int());
}

TEST(Pages, ServesTheScriptUnderAnyNameOrNone) {
  ServerRigOptions options;
  options.server.script = "/s/a1.js";
  ServerRig renamed(options);
  EXPECT_EQ(200u, Client(renamed.port()).get("/s/a1.js").result_int());
  EXPECT_EQ(404u, Client(renamed.port()).get("/rekindle.js").result_int());
  options.server.script = "";
  ServerRig without(options);
  EXPECT_EQ(404u, Client(without.port()).get("/rekindle.js").result_int());
  io::ServerConfig bad;
  bad.script = "rekindle.js";
  EXPECT_EQ(ErrorCode::kInvalidConfiguration, io::Pages::make(bad).error().code);
}

TEST(Pages, ServesTheDemoAndNothingAroundIt) {
  const DemoDirectory demo;
  ServerRig rig(with_demo(demo));
  Client client(rig.port());
  EXPECT_EQ("<p>shop</p>", client.get("/demo/").body());
  EXPECT_EQ("text/css; charset=utf-8", client.get("/demo/parts/a.css")["Content-Type"]);
  EXPECT_EQ("/demo/", client.get("/demo")["Location"]);
  for (const char* path : {"/demo/parts/", "/demo/index.html", "/demo/../etc/passwd",
                           "/demo/%2e%2e/etc/passwd", "/demo//etc/passwd", "/demo/x"}) {
    EXPECT_EQ(404u, client.get(path).result_int()) << path;
  }
  demo.write("x", "later");  // read at the start, never again
  EXPECT_EQ(404u, client.get("/demo/x").result_int());
}

TEST(Pages, ServesWhatALinkPointsToUnderTheLinksName) {
  const DemoDirectory demo;
  const DemoDirectory elsewhere;
  elsewhere.write("list.csv", "a,b");
  fs::create_symlink(fs::path(elsewhere.path()) / "list.csv",
                     fs::path(demo.path()) / "catalog.csv");
  ServerRig rig(with_demo(demo));
  Client client(rig.port());
  EXPECT_EQ("a,b", client.get("/demo/catalog.csv").body());
  EXPECT_EQ("text/csv; charset=utf-8", client.get("/demo/catalog.csv")["Content-Type"]);
}

TEST(Pages, RefusesADemoThatIsNoneOrTooLarge) {
  io::ServerConfig config;
  config.demo = "/nowhere/at/all";
  EXPECT_EQ(ErrorCode::kNotFound, io::Pages::make(config).error().code);
  const DemoDirectory demo;
  config.demo = demo.path();
  EXPECT_TRUE(io::Pages::make(config));
  demo.write("large", std::string(8 * 1'024 * 1'024, 'x'));
  EXPECT_EQ(ErrorCode::kInvalidConfiguration, io::Pages::make(config).error().code);
  demo.write("large", "");
  for (int i = 0; i < 64; ++i) demo.write(std::to_string(i), "");
  EXPECT_EQ(ErrorCode::kInvalidConfiguration, io::Pages::make(config).error().code);
  fs::remove(fs::path(demo.path()) / "index.html");
  for (int i = 0; i < 64; ++i) fs::remove(fs::path(demo.path()) / std::to_string(i));
  EXPECT_EQ(ErrorCode::kNotFound, io::Pages::make(config).error().code);
}

}  // namespace
}  // namespace rekindle::testing
