#include "io/problem.h"

#include "io/json_text.h"

namespace rekindle::io {
namespace {

Response make(int status, std::string_view type, std::string_view title, std::string_view detail,
              std::string_view code) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  JsonObject object(response.body);
  object.text("type", type);
  object.text("title", title);
  object.number("status", static_cast<int64_t>(status));
  if (!detail.empty()) object.text("detail", detail);
  if (!code.empty()) object.text("code", code);
  object.close();
  response.body.push_back('\n');
  return response;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBodyTooLarge:
    case ErrorCode::kEventTooLarge: return 413;
    case ErrorCode::kOverloaded: return 503;
    case ErrorCode::kStoreLocked:
    case ErrorCode::kStoreFailed: return 503;
    case ErrorCode::kDiskFull: return 507;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kGone: return 410;
    case ErrorCode::kCorruptRecord:
    case ErrorCode::kNewerVersion:
    case ErrorCode::kOlderVersion: return 500;
    default: return 400;
  }
}

}  // namespace

Response problem(int status, ErrorCode code, std::string_view detail) {
  const std::string type = std::string("urn:rekindle:problem:").append(name_of(code));
  return make(status, type, describe(code), detail, name_of(code));
}

Response problem(const Error& error) {
  const int status = status_of(error.code);
  Response response = problem(status, error.code, error.detail);
  if (status == 503) response.headers = "Retry-After: 1\r\n";
  return response;
}

Response problem(int status, std::string_view detail) {
  return make(status, "about:blank", phrase_of(status), detail, {});
}

Response overloaded(int status, std::string_view detail) {
  Response response = problem(status, ErrorCode::kOverloaded, detail);
  response.headers = "Retry-After: 1\r\n";
  return response;
}

}  // namespace rekindle::io
