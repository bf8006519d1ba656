#include "operators/json_members.h"

#include <simdjson.h>

#include <string>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

namespace ondemand = simdjson::ondemand;
using ondemand::json_type;
using simdjson::error_code;

std::string_view without_blanks_behind(std::string_view token) {
  const size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Sets kind and text of `member` to those of a plain value.
error_code read_plain(ondemand::value& value, json_type type, JsonMember& member) {
  using Kind = JsonMember::Kind;
  if (type == json_type::string) {
    member.kind = Kind::kString;
    return value.get_string().get(member.text);
  }
  member.text = without_blanks_behind(value.raw_json_token());
  if (type == json_type::number) {
    member.kind = Kind::kNumber;  // intake has checked it, and the iterator skips it
    return simdjson::SUCCESS;
  }
  if (type == json_type::null) {
    member.kind = Kind::kNull;
    bool is_null = false;
    return value.is_null().get(is_null);
  }
  bool truth = false;
  const error_code code = value.get_bool().get(truth);
  member.kind = truth ? Kind::kTrue : Kind::kFalse;
  return code;
}

}  // namespace

class JsonMembers::Reader {
 public:
  using Visitor = absl::FunctionRef<void(const JsonMember&)>;

  void read(std::string_view json, Depth depth, Visitor visitor) {
    x_text.assign(json);
    x_text.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    ondemand::document document;
    ondemand::object object;
    if (x_parser.iterate(x_text).get(document) != simdjson::SUCCESS) return;
    if (document.get_object().get(object) != simdjson::SUCCESS) return;
    static_cast<void>(read_object(object, depth, 1, visitor));  // ends at the first fault
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): no deeper than kJsonDepthMax
  error_code read_object(ondemand::object& object, Depth depth, size_t level, Visitor visitor) {
    for (auto next : object) {
      ondemand::field field;
      if (const error_code code = std::move(next).get(field)) return code;
      JsonMember member;
      const error_code named = field.unescaped_key().get(member.name);
      if (named == simdjson::STRING_ERROR) continue;
      if (named != simdjson::SUCCESS) return named;
      ondemand::value value = field.value();
      json_type type;
      if (const error_code code = value.type().get(type)) return code;
      if (type == json_type::array) continue;  // the iterator skips what is left unread
      if (type == json_type::object) {
        if (depth == Depth::kFlat || level == limits::kJsonDepthMax) continue;
        ondemand::object inner;
        if (const error_code code = value.get_object().get(inner)) return code;
        if (const error_code code = read_object(inner, depth, level + 1, visitor)) return code;
        continue;
      }
      const error_code code = read_plain(value, type, member);
      if (code == simdjson::STRING_ERROR) continue;
      if (code != simdjson::SUCCESS) return code;
      visitor(member);
    }
    return simdjson::SUCCESS;
  }

  ondemand::parser x_parser;
  std::string x_text;
};

JsonMembers::JsonMembers() : x_reader(std::make_unique<Reader>()) {}
JsonMembers::~JsonMembers() = default;

void JsonMembers::visit(std::string_view json, Depth depth,
                        absl::FunctionRef<void(const JsonMember&)> visitor) {
  x_reader->read(json, depth, visitor);
}

}  // namespace rekindle::operators
