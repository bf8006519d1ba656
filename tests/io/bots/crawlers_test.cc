#include "io/bots/crawlers.h"

#include <gtest/gtest.h>

#include <string>

#include "core/limits.h"
#include "io/bots/agent_cache.h"
#include "io/bots/crawler_list.h"

namespace rekindle::testing {
namespace {

using io::Agent;

constexpr std::string_view kChrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36";

TEST(Crawlers, TellsCrawlersFromBrowsersAndLibraries) {
  const io::Crawlers& crawlers = io::Crawlers::shipped();
  for (const std::string_view browser :
       {kChrome,
        std::string_view("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) "
                         "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 "
                         "Safari/604.1"),
        std::string_view("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 "
                         "Firefox/140.0"),
        std::string_view()}) {
    EXPECT_EQ(Agent::kUnknown, crawlers.judge(browser)) << browser;
  }
  for (const std::string_view crawler :
       {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
        "+https://openai.com/gptbot)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"}) {
    EXPECT_EQ(Agent::kCrawler, crawlers.judge(crawler)) << crawler;
  }
  for (const std::string_view library : {"curl/7.88.1", "python-requests/2.28.1", "okhttp/4.12.0",
                                         "Go-http-client/1.1", "axios/1.7.2"}) {
    EXPECT_EQ(Agent::kLibrary, crawlers.judge(library)) << library;
  }
}

TEST(Crawlers, ReadEveryLineOfTheShippedList) {
  const auto made = io::Crawlers::make(io::crawler_list());
  EXPECT_TRUE(made) << to_string(made.error());
  EXPECT_NE(std::string_view::npos, io::crawler_list().find("MIT License"));
}

TEST(Crawlers, SayWhichLineOfAListIsWrong) {
  for (const char* list : {"# a comment\ncrawler\t(", "crawler\tx\nrobot\ty", "crawler\tx\nlibrary",
                           "crawler\tx\nlibrary\t"}) {
    const auto made = io::Crawlers::make(list);
    ASSERT_FALSE(made) << list;
    EXPECT_EQ(ErrorCode::kInvalidConfiguration, made.error().code);
    EXPECT_NE(std::string::npos, made.error().detail.find("line 2")) << made.error().detail;
  }
  const auto nothing = io::Crawlers::make("");
  ASSERT_TRUE(nothing);
  EXPECT_EQ(Agent::kUnknown, nothing->judge("Googlebot/2.1"));
}

TEST(Crawlers, LookAtTheBeginningOnly) {
  const std::string far = std::string(limits::kUserAgentBytesMax, 'x') + "Googlebot/2.1";
  EXPECT_EQ(Agent::kUnknown, io::Crawlers::shipped().judge(far));
  EXPECT_EQ(Agent::kCrawler, io::Crawlers::shipped().judge(far.substr(13)));
  EXPECT_EQ(Agent::kUnknown, io::Crawlers::shipped().judge(std::string("\xff\xfe\0x", 4)));
}

TEST(AgentCache, AsksTheListOncePerUserAgent) {
  io::AgentCache cache(io::Crawlers::shipped());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Agent::kUnknown, cache.judge(kChrome));
    EXPECT_EQ(Agent::kUnknown, cache.judge(""));
    EXPECT_EQ(Agent::kCrawler, cache.judge("Googlebot/2.1"));
  }
  EXPECT_EQ(2u, cache.judged());
}

TEST(AgentCache, GivesTheListsVerdictHoweverManyTakeTurns) {
  io::AgentCache cache(io::Crawlers::shipped());
  for (size_t i = 0; i < 3 * limits::kUserAgentsKnown; ++i) {
    const bool is_bot = i % 3 == 0;
    const std::string agent = (is_bot ? "Googlebot/" : "Browser/") + std::to_string(i);
    EXPECT_EQ(is_bot ? Agent::kCrawler : Agent::kUnknown, cache.judge(agent)) << agent;
  }
  EXPECT_EQ(3 * limits::kUserAgentsKnown, cache.judged());
}

}  // namespace
}  // namespace rekindle::testing
