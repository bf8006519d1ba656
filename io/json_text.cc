#include "io/json_text.h"

#include <charconv>

#include "core/time_text.h"

namespace rekindle::io {
namespace {

// Length of the UTF-8 sequence at the front of `text`, 0 when there is none (RFC 3629).
size_t sequence_length(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = at(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  if (first == 0xe0 && at(1) < 0xa0) return 0;
  if (first == 0xed && at(1) > 0x9f) return 0;
  if (first == 0xf0 && at(1) < 0x90) return 0;
  if (first == 0xf4 && at(1) > 0x8f) return 0;
  return length;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  out.append("\\u00");
  out.push_back(kHex[(c >> 4) & 15]);
  out.push_back(kHex[c & 15]);
}

template <typename T>
void append_decimal(std::string& out, T number) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof(text), number).ptr;
  out.append(text, static_cast<size_t>(end - text));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const char c = text.front();
    if (static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\') {
      append_escape(out, c);
      text.remove_prefix(1);
      continue;
    }
    const size_t length = sequence_length(text);
    out.append(length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.push_back('"');
}

void append_number(std::string& out, int64_t number) {
  append_decimal(out, number);
}
void append_number(std::string& out, uint64_t number) {
  append_decimal(out, number);
}

void append_json_time(std::string& out, int64_t ms) {
  if (ms < kTimeTextMin || ms > kTimeTextMax) {
    out.append("null");
    return;
  }
  char text[32];
  out.push_back('"');
  out.append(format_time(ms, text));
  out.push_back('"');
}

std::string& JsonObject::key(std::string_view name) {
  x_list.next();
  append_json_string(x_out, name);
  x_out.push_back(':');
  return x_out;
}
void JsonObject::text(std::string_view name, std::string_view value) {
  append_json_string(key(name), value);
}
void JsonObject::number(std::string_view name, int64_t value) {
  append_number(key(name), value);
}
void JsonObject::number(std::string_view name, uint64_t value) {
  append_number(key(name), value);
}
void JsonObject::boolean(std::string_view name, bool value) {
  key(name).append(value ? "true" : "false");
}
void JsonObject::time(std::string_view name, int64_t ms) {
  append_json_time(key(name), ms);
}

}  // namespace rekindle::io
