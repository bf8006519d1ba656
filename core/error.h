// Every expected failure in Rekindle is a value of this type. Called from everywhere, on any
// thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace rekindle {

// One name per kind of failure; `describe` has a sentence for each. The wire shows `name_of`.
enum class ErrorCode : uint8_t {
  kMalformedJson,         // the bytes are not JSON
  kMalformedRequest,      // the request cannot be read at all
  kWrongType,             // a field holds another JSON type than it must
  kMissingField,          // a required field is absent
  kInvalidUtf8,           // a string is not UTF-8
  kStringTooLong,         // a string is longer than core/limits.h allows
  kTooManyItems,          // an event has more items than core/limits.h allows
  kEventTooLarge,         // an event's encoding is larger than core/limits.h allows
  kUnknownEventType,      // neither a canonical type nor custom:NAME
  kUnknownSite,           // the site is not in the configuration
  kUnknownCurrency,       // not ISO 4217, or no exchange rate is configured for it
  kInvalidTime,           // not a time, or outside the representable range
  kInvalidMoney,          // not a decimal amount, or out of range
  kInvalidQuantity,       // not a whole number in range
  kVisitorCollision,      // two visitor names share a key; the later one is refused, never merged
  kBodyTooLarge,          // a request body is larger than core/limits.h allows
  kBrokenCompression,     // gzip or deflate data is damaged
  kOverloaded,            // a bounded queue is full; try again later
  kCorruptRecord,         // stored bytes fail their format
  kNewerVersion,          // stored by a newer release
  kOlderVersion,          // stored by an older release whose layout is not read any more
  kStoreLocked,           // another process has this store open
  kStoreFailed,           // the store reported an I/O failure
  kDiskFull,              // no space left for the store
  kNotFound,              // no such thing
  kInvalidExpression,     // an audience expression does not compile
  kInvalidConfiguration,  // a configuration file has faults
  kInvalidArgument,       // a parameter is out of its range
  kGone,                  // it was there, and was let go after its retention
  kTooLittleData,         // a model cannot be fitted to so few customers
  kNotConverged,          // a fit found no best parameters
  kBot,                   // the sender is a known crawler, and the site keeps those apart
};

struct Error {
  ErrorCode code;
  std::string detail;  // for people: what, where; empty on the event path
};

// A stable snake_case word, e.g. "malformed_json": metrics label, quarantine reason, problem type.
[[nodiscard]] std::string_view name_of(ErrorCode code);
// One sentence.
[[nodiscard]] std::string_view describe(ErrorCode code);
// "sentence: detail"
[[nodiscard]] std::string to_string(const Error& error);

// Turns a forgotten check of `Result::value()` into a stop with a message.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& at);

template <typename T>
using Result = boost::system::result<T, Error>;

}  // namespace rekindle
