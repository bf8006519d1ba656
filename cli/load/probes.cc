#include "cli/load/probes.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <utility>

namespace rekindle::cli {

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

void Probes::received(std::string_view message, int64_t now_ns) {
  for (size_t at = message.find(x_quoted); at != std::string_view::npos;
       at = message.find(x_quoted, at)) {
    at += x_quoted.size();
    size_t number = 0;
    std::from_chars(message.data() + at, message.data() + message.size(), number);
    if (number >= x_due.size() || x_due[number] == 0) continue;
    latency.record(now_ns - x_due[number]);
    x_due[number] = 0;  // a change may be mentioned once more
  }
}

}  // namespace rekindle::cli
