#include "io/access/denial.h"

#include "io/json_text.h"

namespace rekindle::io {
namespace {

struct Description {
  std::string_view name;
  std::string_view sentence;
  int status;
};

Description description_of(Denial denial) {
  switch (denial) {
    case Denial::kNone: break;
    case Denial::kUnauthorized: return {"unauthorized", "A key is needed", 401};
    case Denial::kForbidden: return {"forbidden", "The key does not allow this", 403};
    case Denial::kRateLimited:
      return {"rate_limited", "The key's limit is reached; try later", 429};
  }
  return {"none", "Nothing is denied", 200};
}

}  // namespace

std::string_view name_of(Denial denial) {
  return description_of(denial).name;
}

Response problem(Denial denial, std::string_view detail) {
  const Description description = description_of(denial);
  Response response;
  response.status = description.status;
  response.content_type = "application/problem+json";
  JsonObject object(response.body);
  object.text("type", std::string("urn:rekindle:problem:").append(description.name));
  object.text("title", description.sentence);
  object.number("status", static_cast<int64_t>(description.status));
  if (!detail.empty()) object.text("detail", detail);
  object.text("code", description.name);
  object.close();
  response.body.push_back('\n');
  return response;
}

void append_denial(std::string& out, Denial denial, std::string_view detail) {
  const Description description = description_of(denial);
  JsonObject object(out);
  object.text("code", description.name);
  object.text("title", description.sentence);
  if (!detail.empty()) object.text("detail", detail);
  object.close();
}

}  // namespace rekindle::io
