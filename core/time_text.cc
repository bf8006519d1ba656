#include "core/time_text.h"

#include <charconv>
#include <chrono>

#include "core/assert.h"

namespace rekindle {
namespace {

constexpr int64_t kSecondsBelow = 100'000'000'000;  // 10^11

// Reads a text from left to right; after the first fault everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : x_text(text) {}

  int64_t digits(size_t count) {
    int64_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      const char c = take();
      if (c < '0' || c > '9') x_ok = false;
      value = value * 10 + (c - '0');
    }
    return value;
  }
  void one_of(std::string_view allowed) {
    if (allowed.find(take()) == std::string_view::npos) x_ok = false;
  }
  bool skip(char c) {
    if (x_text.empty() || x_text.front() != c) return false;
    x_text.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_digit() const {
    return !x_text.empty() && x_text.front() >= '0' && x_text.front() <= '9';
  }
  [[nodiscard]] bool at_end() const { return x_text.empty(); }
  [[nodiscard]] bool ok() const { return x_ok; }
  void fail() { x_ok = false; }

 private:
  char take() {
    if (x_text.empty()) {
      x_ok = false;
      return '\0';
    }
    const char c = x_text.front();
    x_text.remove_prefix(1);
    return c;
  }
  std::string_view x_text;
  bool x_ok = true;
};

int64_t read_fraction_ms(Scanner& in) {
  if (!in.skip('.')) return 0;
  if (!in.at_digit()) in.fail();
  int64_t ms = 0;
  for (int64_t unit = 100; in.at_digit(); unit /= 10) ms += in.digits(1) * unit;
  return ms;
}

int64_t read_offset_minutes(Scanner& in) {
  if (in.at_end() || in.skip('Z') || in.skip('z')) return 0;
  const bool west = in.skip('-');
  if (!west && !in.skip('+')) in.fail();
  const int64_t hours = in.digits(2);
  in.one_of(":");
  const int64_t minutes = in.digits(2);
  if (hours > 23 || minutes > 59) in.fail();
  return (west ? -1 : 1) * (hours * 60 + minutes);
}

bool is_integer(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void write_digits(char* out, int64_t value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

Result<int64_t> time_from_number(int64_t number) {
  const bool in_seconds = number > -kSecondsBelow && number < kSecondsBelow;
  const int64_t ms = in_seconds ? number * 1'000 : number;
  if (ms < kTimeTextMin || ms > kTimeTextMax) return Error{ErrorCode::kInvalidTime, {}};
  return ms;
}

Result<int64_t> parse_time(std::string_view text) {
  const Error invalid{ErrorCode::kInvalidTime, {}};
  if (is_integer(text)) {
    int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{}) return invalid;
    return time_from_number(number);
  }
  Scanner in(text);
  const int64_t year = in.digits(4);
  in.one_of("-");
  const int64_t month = in.digits(2);
  in.one_of("-");
  const int64_t day = in.digits(2);
  in.one_of("Tt ");
  const int64_t hour = in.digits(2);
  in.one_of(":");
  const int64_t minute = in.digits(2);
  in.one_of(":");
  const int64_t second = in.digits(2);
  const int64_t fraction = read_fraction_ms(in);
  const int64_t offset = read_offset_minutes(in);
  if (!in.ok() || !in.at_end()) return invalid;

  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return invalid;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t minutes = (days * 24 + hour) * 60 + minute - offset;
  const int64_t ms = (minutes * 60 + second) * 1'000 + fraction;
  if (ms < kTimeTextMin || ms > kTimeTextMax) return invalid;
  return ms;
}

std::string_view format_time(int64_t ms, char (&out)[32]) {
  RK_ASSERT(ms >= kTimeTextMin && ms <= kTimeTextMax);
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const int64_t of_day = (time - day).count();
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000Z";
  kShape.copy(out, kShape.size());
  write_digits(out, static_cast<int>(date.year()), 4);
  write_digits(out + 5, static_cast<unsigned>(date.month()), 2);
  write_digits(out + 8, static_cast<unsigned>(date.day()), 2);
  write_digits(out + 11, of_day / 3'600'000, 2);
  write_digits(out + 14, of_day / 60'000 % 60, 2);
  write_digits(out + 17, of_day / 1'000 % 60, 2);
  write_digits(out + 20, of_day % 1'000, 3);
  return {out, kShape.size()};
}

}  // namespace rekindle
