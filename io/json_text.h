// Appends JSON to a string. Pure functions, any thread. Strings that are not UTF-8 (they cannot
// come from our decoders) are written with U+FFFD in place of the bad bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rekindle::io {

void append_json_string(std::string& out, std::string_view text);  // with the quotes
void append_number(std::string& out, int64_t number);
void append_number(std::string& out, uint64_t number);
// RFC 3339 with milliseconds, quoted; null when outside the years 1 … 9999 ("never").
void append_json_time(std::string& out, int64_t ms);

// Puts commas where they belong: `list.next()` before each element.
class JsonList {
 public:
  explicit JsonList(std::string& out) : x_out(out) {}
  void next() {
    if (x_any) x_out.push_back(',');
    x_any = true;
  }

 private:
  std::string& x_out;
  bool x_any = false;
};

// Writes {"a":1,"b":"x"}: the brace on construction, the other by close().
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : x_out(out), x_list(out) { x_out.push_back('{'); }
  void close() { x_out.push_back('}'); }

  std::string& key(std::string_view name);  // then append the value to what it returns
  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, int64_t value);
  void number(std::string_view name, uint64_t value);
  void boolean(std::string_view name, bool value);
  void time(std::string_view name, int64_t ms);

 private:
  std::string& x_out;
  JsonList x_list;
};

}  // namespace rekindle::io
