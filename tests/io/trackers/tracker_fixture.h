// One decoder over an Intake, asked as its route asks it: shared by the decoders' tests.
#pragma once

#include <memory>
#include <string>

#include "io/decoders/trackers.h"
#include "tests/io/intake_fixture.h"

namespace rekindle::io {

class TrackerFixture : public IntakeFixture {
 protected:
  explicit TrackerFixture(std::string_view name) : tracker(*trackers.named(name)) {
    config.default_site = "shop";
  }

  // What a request says besides its body.
  struct Ask {
    std::string_view path;
    std::string_view query{};
    std::string_view authorization{};
    std::string_view write_key{};
    std::string_view cookie{};
    bool anonymous = false;
  };
  void post(const Ask& ask, std::string_view body) { decode(ask, Method::kPost, body); }
  void get(const Ask& ask) { decode(ask, Method::kGet, {}); }

  [[nodiscard]] Response response() const {
    Response made;
    tracker.answer({answer_as, unreadable, inputs, intake.rejections()}, made);
    return made;
  }
  // "reason detail" of the only rejection; "taken" when there is none.
  [[nodiscard]] std::string rejection() const {
    if (intake.rejections().empty()) return "taken";
    const Rejection& first = intake.rejections().front();
    return std::string(name_of(first.code)) + " " + first.detail;
  }

  Trackers trackers;
  Tracker& tracker;
  ServerConfig config;
  uint8_t answer_as = 0;
  bool unreadable = false;
  uint32_t inputs = 0;
  std::string headers;

 private:
  void decode(const Ask& ask, Method method, std::string_view body) {
    start();
    ASSERT_TRUE(ask.path.empty() || tracker.serves(ask.path)) << ask.path;
    bytes.assign(body);
    TrackerCall call{config, sites, intake};
    call.method = method;
    call.path = ask.path;
    call.query = ask.query;
    call.body = bytes;
    call.authorization = ask.authorization;
    call.write_key = ask.write_key;
    call.cookie = ask.cookie;
    call.anonymous = ask.anonymous;
    tracker.decode(call);
    answer_as = call.answer_as;
    unreadable = call.unreadable;
    inputs = call.inputs;
    headers = call.headers;
  }
  std::string bytes;
};

}  // namespace rekindle::io
