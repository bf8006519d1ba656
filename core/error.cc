#include "core/error.h"

#include <stdexcept>

namespace rekindle {
namespace {

struct Description {
  std::string_view name;
  std::string_view sentence;
};

Description description_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformedJson: return {"malformed_json", "The bytes are not valid JSON"};
    case ErrorCode::kMalformedRequest: return {"malformed_request", "The request cannot be read"};
    case ErrorCode::kWrongType: return {"wrong_type", "A field has the wrong JSON type"};
    case ErrorCode::kMissingField: return {"missing_field", "A required field is absent"};
    case ErrorCode::kInvalidUtf8: return {"invalid_utf8", "A string is not valid UTF-8"};
    case ErrorCode::kStringTooLong: return {"string_too_long", "A string is too long"};
    case ErrorCode::kTooManyItems: return {"too_many_items", "The event has too many items"};
    case ErrorCode::kEventTooLarge: return {"event_too_large", "The event is too large"};
    case ErrorCode::kUnknownEventType:
      return {"unknown_event_type", "The event type is neither canonical nor custom:NAME"};
    case ErrorCode::kUnknownSite: return {"unknown_site", "The site is not configured"};
    case ErrorCode::kUnknownCurrency:
      return {"unknown_currency", "The currency is unknown or has no configured rate"};
    case ErrorCode::kInvalidTime: return {"invalid_time", "The time cannot be read"};
    case ErrorCode::kInvalidMoney: return {"invalid_money", "The amount cannot be read"};
    case ErrorCode::kInvalidQuantity: return {"invalid_quantity", "The quantity cannot be read"};
    case ErrorCode::kVisitorCollision:
      return {"visitor_collision", "Another visitor already has this key"};
    case ErrorCode::kBodyTooLarge: return {"body_too_large", "The body is too large"};
    case ErrorCode::kBrokenCompression:
      return {"broken_compression", "The compressed data is damaged"};
    case ErrorCode::kOverloaded: return {"overloaded", "The server is at its limit; try again"};
    case ErrorCode::kCorruptRecord: return {"corrupt_record", "Stored bytes fail their format"};
    case ErrorCode::kNewerVersion:
      return {"newer_version", "The data was written by a newer release"};
    case ErrorCode::kOlderVersion:
      return {"older_version", "The data was written by an older release"};
    case ErrorCode::kStoreLocked: return {"store_locked", "Another process has this store open"};
    case ErrorCode::kStoreFailed: return {"store_failed", "The store reported a failure"};
    case ErrorCode::kDiskFull: return {"disk_full", "There is no space left for the store"};
    case ErrorCode::kNotFound: return {"not_found", "There is no such thing"};
    case ErrorCode::kInvalidExpression:
      return {"invalid_expression", "The expression does not compile"};
    case ErrorCode::kInvalidConfiguration:
      return {"invalid_configuration", "The configuration has faults"};
    case ErrorCode::kInvalidArgument: return {"invalid_argument", "A parameter is out of range"};
    case ErrorCode::kGone: return {"gone", "It was let go after its retention"};
    case ErrorCode::kTooLittleData:
      return {"too_little_data", "There is too little data to fit a model"};
    case ErrorCode::kNotConverged: return {"not_converged", "The fit found no best parameters"};
    case ErrorCode::kBot: return {"bot", "The sender is a known crawler"};
  }
  return {"unknown", "Unknown failure"};
}

}  // namespace

std::string_view name_of(ErrorCode code) {
  return description_of(code).name;
}

std::string_view describe(ErrorCode code) {
  return description_of(code).sentence;
}

std::string to_string(const Error& error) {
  std::string text(describe(error.code));
  if (!error.detail.empty()) text.append(": ").append(error.detail);
  return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location& at) {
  throw std::logic_error(to_string(error) + " (unchecked result at " + at.to_string() + ")");
}

}  // namespace rekindle
