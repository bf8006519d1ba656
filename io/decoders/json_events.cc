#include "io/decoders/json_events.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "io/decoders/json_event_reader.h"

namespace rekindle::io {
namespace {

static_assert(kJsonPaddingBytes >= simdjson::SIMDJSON_PADDING);

constexpr std::string_view kBlanks = " \t\r\n";
constexpr size_t kParserBytesKept = 1'024 * 1'024;  // a larger parser is made anew when next used

Error error_of(simdjson::error_code code) {
  const ErrorCode ours = code == simdjson::UTF8_ERROR ? ErrorCode::kInvalidUtf8
                         : code == simdjson::MEMALLOC || code == simdjson::CAPACITY
                             ? ErrorCode::kBodyTooLarge
                             : ErrorCode::kMalformedJson;
  return {ours, simdjson::error_message(code)};
}

std::string_view trim_start(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text;
}

// Takes the first line off `text`.
std::string_view take_line(std::string_view& text) {
  const size_t at = text.find('\n');
  const std::string_view line = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return line;
}

// True when `line` is one {…} by its brackets, outside of strings.
bool is_balanced_object(std::string_view line) {
  line = trim_end(line);
  if (line.empty() || line.front() != '{') return false;
  int64_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth == 0) return i + 1 == line.size();
  }
  return false;
}

size_t count_filled_lines(std::string_view body) {
  size_t lines = 0;
  while (!body.empty()) {
    if (!trim_start(take_line(body)).empty()) ++lines;
  }
  return lines;
}

}  // namespace

struct JsonEvents::Parser {
  ondemand::parser parser;
  JsonEventReader reader;

  // REQUIRES: kJsonPaddingBytes may be read behind `text`.
  simdjson::error_code open(std::string_view text, ondemand::document& document) {
    const simdjson::padded_string_view view(text.data(), text.size(),
                                            text.size() + simdjson::SIMDJSON_PADDING);
    return parser.iterate(view).get(document);
  }
  // Reads `text`, one object and nothing behind it. Errors: not JSON; see reader.fault() else.
  simdjson::error_code read_whole(std::string_view text, RawEvent& event) {
    ondemand::document document;
    if (const auto code = open(text, document)) return code;
    ondemand::object object;
    if (const auto code = document.get_object().get(object)) return code;
    if (const auto code = reader.read(object, event)) return code;
    return at_end(document) ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
  }
  static bool at_end(ondemand::document& document) {
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }
};

JsonEvents::JsonEvents() : x_parser(std::make_unique<Parser>()) {}
JsonEvents::~JsonEvents() = default;

std::string_view JsonEvents::padded(std::string_view text, size_t readable_bytes) {
  if (readable_bytes >= text.size() + kJsonPaddingBytes) return text;
  x_copy.reserve(text.size() + kJsonPaddingBytes);
  x_copy.assign(text);
  return x_copy;
}

Result<void> JsonEvents::decode(std::string& body, Intake& intake) {
  body.reserve(body.size() + kJsonPaddingBytes);
  return decode(body, body.capacity(), intake);
}

Result<void> JsonEvents::decode(std::string_view body, size_t readable_bytes, Intake& intake) {
  if (x_parser->parser.capacity() > kParserBytesKept) x_parser->parser = ondemand::parser();
  body = trim_start(padded(body, readable_bytes));
  if (body.empty()) return Error{ErrorCode::kMalformedJson, "the body is empty"};
  if (body.front() == '[') return decode_array(body, intake);

  std::string_view rest = body;
  const std::string_view first = take_line(rest);
  rest = trim_start(rest);
  if (!rest.empty() && is_balanced_object(first)) return decode_lines(body, intake);
  Result<void> result = decode_object(body, intake);
  // Only NDJSON has a second line that begins with '{' and is not part of what stands before.
  if (!result && !rest.empty() && rest.front() == '{') return decode_lines(body, intake);
  return result;
}

Result<void> JsonEvents::decode_object(std::string_view body, Intake& intake) {
  if (const auto code = x_parser->read_whole(body, x_event)) return error_of(code);
  const std::string_view raw = trim_end(body);
  if (auto& fault = x_parser->reader.fault()) {
    intake.reject(fault->code, std::move(fault->detail), raw);
  } else {
    intake.take(x_event, raw);
  }
  return {};
}

// Twice over one index of the brackets: the first round visits everything and takes nothing.
Result<void> JsonEvents::decode_array(std::string_view body, Intake& intake) {
  ondemand::document document;
  if (const auto code = x_parser->open(body, document)) return error_of(code);
  ondemand::array array;
  size_t events = 0;
  bool too_deep = false;  // the second round refuses the event that is
  if (const auto code = document.get_array().get(array)) return error_of(code);
  for (auto element : array) {
    ondemand::value value;
    if (const auto code = std::move(element).get(value)) return error_of(code);
    if (const auto code = visit(value, 1, too_deep)) return error_of(code);
    if (++events > limits::kEventsPerBodyMax) {
      return Error{ErrorCode::kBodyTooLarge, "too many events"};
    }
  }
  if (!Parser::at_end(document)) return error_of(simdjson::TRAILING_CONTENT);

  document.rewind();
  if (const auto code = document.get_array().get(array)) return error_of(code);
  for (auto element : array) {
    ondemand::value value;
    if (const auto code = std::move(element).get(value)) return error_of(code);
    const char* const begin = value.raw_json_token().data();
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
      intake.reject(ErrorCode::kWrongType, "an event is an object",
                    trim_end(value.raw_json_token()));
      continue;
    }
    if (const auto code = x_parser->reader.read(object, x_event)) return error_of(code);
    const char* end = nullptr;
    if (const auto code = document.current_location().get(end)) return error_of(code);
    const std::string_view raw = trim_end({begin, static_cast<size_t>(end - begin)});
    if (auto& fault = x_parser->reader.fault()) {
      intake.reject(fault->code, std::move(fault->detail), raw);
    } else {
      intake.take(x_event, raw);
    }
  }
  return {};
}

Result<void> JsonEvents::decode_lines(std::string_view body, Intake& intake) {
  const auto line_breaks = static_cast<size_t>(std::count(body.begin(), body.end(), '\n'));
  if (line_breaks >= limits::kEventsPerBodyMax &&
      count_filled_lines(body) > limits::kEventsPerBodyMax) {
    return Error{ErrorCode::kBodyTooLarge, "too many events"};
  }
  while (!body.empty()) {
    const std::string_view line = trim_end(trim_start(take_line(body)));
    if (line.empty()) continue;
    const auto code = x_parser->read_whole(line, x_event);
    if (code == simdjson::INCORRECT_TYPE) {
      intake.reject(ErrorCode::kWrongType, "an event is an object", line);
    } else if (code != simdjson::SUCCESS) {
      Error error = error_of(code);
      intake.reject(error.code, std::move(error.detail), line);
    } else if (auto& fault = x_parser->reader.fault()) {
      intake.reject(fault->code, std::move(fault->detail), line);
    } else {
      intake.take(x_event, line);
    }
  }
  return {};
}

Result<void> JsonEvents::read_object(std::string_view line, size_t readable_bytes,
                                     RawEvent& event) {
  line = trim_end(trim_start(padded(line, readable_bytes)));
  if (line.empty()) return Error{ErrorCode::kMalformedJson, "the line is empty"};
  if (const auto code = x_parser->read_whole(line, event)) return error_of(code);
  if (auto& fault = x_parser->reader.fault()) return std::move(*fault);
  return {};
}

}  // namespace rekindle::io
