#include "io/bots/crawlers.h"

#include <re2/re2.h>

#include <string>

#include "core/assert.h"
#include "core/limits.h"
#include "io/bots/crawler_list.h"

namespace rekindle::io {
namespace {

constexpr int64_t kAutomatonBytesMax = 64 * 1'024 * 1'024;

RE2::Options options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kAutomatonBytesMax);
  options.set_never_capture(true);
  options.set_encoding(RE2::Options::EncodingLatin1);  // headers are bytes
  return options;
}

void add(std::string& all, std::string_view pattern) {
  if (!all.empty()) all.push_back('|');
  all.append("(?:").append(pattern).append(")");
}

}  // namespace

struct Crawlers::Automata {
  Automata(const std::string& crawler, const std::string& library)
      : crawlers(crawler, options()),
        libraries(library, options()),
        has_crawlers(!crawler.empty()),
        has_libraries(!library.empty()) {}
  RE2 crawlers;
  RE2 libraries;
  bool has_crawlers;
  bool has_libraries;
};

Crawlers::Crawlers(std::unique_ptr<Automata> automata) : x_automata(std::move(automata)) {}
Crawlers::Crawlers(Crawlers&&) noexcept = default;
Crawlers::~Crawlers() = default;

Result<Crawlers> Crawlers::make(std::string_view list) {
  std::string crawlers;
  std::string libraries;
  for (size_t number = 1; !list.empty(); ++number) {
    const size_t end = std::min(list.find('\n'), list.size());
    const std::string_view line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (line.empty() || line.front() == '#') continue;
    const size_t tab = line.find('\t');
    const std::string_view kind = line.substr(0, tab);
    const std::string_view pattern =
        tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
    const bool is_known = kind == "crawler" || kind == "library";
    if (!is_known || pattern.empty() || !RE2({pattern.data(), pattern.size()}, options()).ok()) {
      return Error{ErrorCode::kInvalidConfiguration,
                   "line " + std::to_string(number) + " of the list of crawlers"};
    }
    add(kind == "crawler" ? crawlers : libraries, pattern);
  }
  auto automata = std::make_unique<Automata>(crawlers, libraries);
  if (!automata->crawlers.ok() || !automata->libraries.ok()) {
    return Error{ErrorCode::kInvalidConfiguration, "the list of crawlers is too long"};
  }
  return Crawlers(std::move(automata));
}

const Crawlers& Crawlers::shipped() {
  static const Result<Crawlers> kShipped = make(crawler_list());
  RK_ASSERT(kShipped.has_value());  // a test reads every line of it
  return *kShipped;
}

Agent Crawlers::judge(std::string_view user_agent) const {
  user_agent = user_agent.substr(0, limits::kUserAgentBytesMax);
  const re2::StringPiece text(user_agent.data(), user_agent.size());
  const Automata& automata = *x_automata;
  if (automata.has_crawlers && RE2::PartialMatch(text, automata.crawlers)) return Agent::kCrawler;
  if (automata.has_libraries && RE2::PartialMatch(text, automata.libraries)) {
    return Agent::kLibrary;
  }
  return Agent::kUnknown;
}

}  // namespace rekindle::io
