#include "io/decoders/json_walk.h"

#include "core/limits.h"
#include "io/decimal_text.h"

namespace rekindle::io {

using ondemand::json_type;
using simdjson::error_code;

namespace {

error_code visit_container(ondemand::value value, json_type type, size_t depth, bool& too_deep) {
  if (depth > limits::kJsonDepthMax) {
    too_deep = true;
    return simdjson::SUCCESS;  // the parent's iterator skips what is left unread
  }
  if (type == json_type::array) {
    ondemand::array array;
    RK_TRY_JSON(value.get_array().get(array));
    for (auto element : array) {
      ondemand::value inner;
      RK_TRY_JSON(std::move(element).get(inner));
      RK_TRY_JSON(visit(inner, depth + 1, too_deep));
    }
    return simdjson::SUCCESS;
  }
  ondemand::object object;
  RK_TRY_JSON(value.get_object().get(object));
  for (auto element : object) {
    ondemand::field field;
    RK_TRY_JSON(std::move(element).get(field));
    RK_TRY_JSON(visit(field.value(), depth + 1, too_deep));
  }
  return simdjson::SUCCESS;
}

}  // namespace

std::string_view trim_end(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

error_code visit(ondemand::value value, size_t depth, bool& too_deep) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  switch (type) {
    case json_type::array:
    case json_type::object: return visit_container(value, type, depth, too_deep);
    case json_type::string: return value.get_raw_json_string().error();
    case json_type::boolean: return value.get_bool().error();
    case json_type::number:
      return is_json_number(trim_end(value.raw_json_token())) ? simdjson::SUCCESS
                                                              : simdjson::NUMBER_ERROR;
    case json_type::null: {
      bool is_null = false;
      RK_TRY_JSON(value.is_null().get(is_null));
      return is_null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    }
  }
  return simdjson::TAPE_ERROR;
}

}  // namespace rekindle::io
