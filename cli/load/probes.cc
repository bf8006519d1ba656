#include "cli/load/probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "core/time_text.h"

namespace rekindle::cli {
namespace {

constexpr std::string_view kLeft = R"("change":"left")";
constexpr std::string_view kAt = R"("at":")";

}  // namespace

Probes::Probes(std::string site, const std::string& run)
    : x_site(std::move(site)), x_prefix("probe-" + run + "-"), x_quoted("\"" + x_prefix) {}

void Probes::send(Connection& connection, int64_t due_ns) {
  x_message.clear();
  fmt::format_to(std::back_inserter(x_message),
                 R"({{"site":"{}","visitor":"{}{}","event_id":"{}{}","type":"sign_up"}})", x_site,
                 x_prefix, x_due.size(), x_prefix, x_due.size());
  connection.append_message(x_message);
  x_due.push_back(due_ns);
}

void Probes::received(std::string_view message, int64_t now_ns, int64_t wall_ms) {
  for (size_t at = message.find(x_quoted); at != std::string_view::npos;
       at = message.find(x_quoted, at)) {
    at += x_quoted.size();
    size_t number = 0;
    std::from_chars(message.data() + at, message.data() + message.size(), number);
    const std::string_view change = message.substr(at, message.find('}', at) - at);
    if (change.find(kLeft) != std::string_view::npos) {
      left(change, wall_ms);
      continue;
    }
    if (number >= x_due.size() || x_due[number] == 0) continue;
    latency.record(now_ns - x_due[number]);
    ++x_seen;
    x_due[number] = 0;  // a change may be mentioned once more
  }
}

void Probes::left(std::string_view change, int64_t wall_ms) {
  const size_t at = change.find(kAt);
  if (at == std::string_view::npos) return;
  const std::string_view text = change.substr(at + kAt.size());
  const auto due = parse_time(text.substr(0, text.find('"')));
  if (due) lateness.record(std::max<int64_t>(0, wall_ms - *due) * 1'000'000);
}

}  // namespace rekindle::cli
