#include "io/consent/client_address.h"

#include <gtest/gtest.h>

namespace rekindle::io {
namespace {

TEST(ClientAddress, IsCutToItsNetwork) {
  EXPECT_EQ("203.0.113.0", cut_address("203.0.113.9"));
  EXPECT_EQ("2001:db8:1::", cut_address("2001:db8:1:2::3"));
  EXPECT_EQ("203.0.113.0", cut_address("::ffff:203.0.113.9"));
  EXPECT_EQ("", cut_address("nonsense"));
  EXPECT_EQ("", cut_address(""));
}

std::string cut(const std::string& json) {
  std::string scratch;
  return std::string(without_addresses(json, scratch));
}

TEST(ClientAddress, LeavesNoWholeOneInProperties) {
  EXPECT_EQ(R"({"$ip":"203.0.113.0","a":1})", cut(R"({"$ip":"203.0.113.9","a":1})"));
  EXPECT_EQ(R"({"a":{"ip" : "2001:db8:1::"},"remote_addr":"10.0.0.0"})",
            cut(R"({"a":{"ip" : "2001:db8:1:2::3"},"remote_addr":"10.0.0.7"})"));
  EXPECT_EQ(R"({"client_ip_address":""})", cut(R"({"client_ip_address":"10.0.0.7, 10.0.0.8"})"));
}

TEST(ClientAddress, TouchesNothingElse) {
  for (const char* json :
       {R"({})", R"({"zip":"10115"})", R"({"clip":"203.0.113.9"})", R"({"ip":5,"x":"ip"})",
        R"({"text":"the \"ip\": \"203.0.113.9\" of it"})", R"({"a":["ip","203.0.113.9"]})",
        R"({"address":"Main street"})", R"({"ip)", R"({"ip":"203.0)", R"({"ip")", R"({"ip":)"}) {
    EXPECT_EQ(json, cut(json)) << json;
  }
}

}  // namespace
}  // namespace rekindle::io
