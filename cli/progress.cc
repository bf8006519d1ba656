#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/clock.h"

namespace rekindle::cli {
namespace {

constexpr int kBarWidth = 30;

std::string time_text(double seconds) {
  const auto s = static_cast<int64_t>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  return s < 3'600 ? fmt::format("{}:{:02} min", s / 60, s % 60)
                   : fmt::format("{}:{:02} h", s / 3'600, s % 3'600 / 60);
}

std::string grouped(uint64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits;
}

}  // namespace

Progress::Progress(std::string what, std::string unit)
    : x_what(std::move(what)),
      x_unit(std::move(unit)),
      x_is_terminal(isatty(STDERR_FILENO) == 1),
      x_start_ns(monotonic_ns()) {}

void Progress::update(uint64_t done, double share) {
  const int64_t now = monotonic_ns();
  const int64_t gap = x_is_terminal ? 100'000'000 : 5'000'000'000;
  if (now - std::max(x_written_ns, x_start_ns) < gap) return;
  x_written_ns = now;
  write(done, share, false);
}

void Progress::finish(uint64_t done) {
  write(done, 1, true);
}

void Progress::write(uint64_t done, double share, bool is_last) {
  const double seconds = static_cast<double>(monotonic_ns() - x_start_ns) / 1e9;
  std::string line = x_what;
  if (share >= 0) {
    const double part = std::clamp(share, 0.0, 1.0);
    const int filled = static_cast<int>(part * kBarWidth);
    if (x_is_terminal) {
      line += fmt::format(" [{:=<{}}{: <{}}]", "", filled, "", kBarWidth - filled);
    }
    line += fmt::format(" {:3.0f} %", part * 100);
  }
  line += fmt::format("  {} {}", grouped(done), x_unit);
  if (seconds > 0.05) {
    const double rate = static_cast<double>(done) / seconds;
    line += fmt::format(", {}/s", grouped(static_cast<uint64_t>(rate)));
  }
  if (is_last) {
    line += fmt::format(", took {}", time_text(seconds));
  } else if (share > 0.001) {
    line += fmt::format(", {} left", time_text(seconds / share - seconds));
  }
  fmt::print(stderr, "{}{}{}", x_is_terminal ? "\r\033[K" : "", line,
             x_is_terminal && !is_last ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace rekindle::cli
