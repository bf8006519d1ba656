#include "cli/audience/server_client.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "io/json_text.h"

namespace rekindle::cli {
namespace {

constexpr std::string_view kJson = "application/json";

ErrorCode code_of(int status, std::string_view problem) {
  if (problem == name_of(ErrorCode::kInvalidExpression)) return ErrorCode::kInvalidExpression;
  switch (status) {
    case 404: return ErrorCode::kNotFound;
    case 410: return ErrorCode::kGone;
    case 429:
    case 503: return ErrorCode::kOverloaded;
    default: break;
  }
  const bool is_ours = status >= 400 && status < 500;
  return is_ours ? ErrorCode::kInvalidArgument : ErrorCode::kMalformedRequest;
}

// What a problem document says; its status alone if it is none.
Error refusal(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  simdjson::dom::element problem;
  std::string_view title;
  std::string_view detail;
  std::string_view code;
  if (parser.parse(answer.body).get(problem) == simdjson::SUCCESS) {
    if (problem["title"].get(title) != simdjson::SUCCESS) title = {};
    if (problem["detail"].get(detail) != simdjson::SUCCESS) detail = {};
    if (problem["code"].get(code) != simdjson::SUCCESS) code = {};
  }
  std::string text = fmt::format("the server answered {}", answer.status);
  if (!title.empty()) text.append(": ").append(title);
  if (!detail.empty()) text.append("\n").append(detail);
  return {code_of(answer.status, code), std::move(text)};
}

Result<std::string> body_of(Result<HttpAnswer> answer) {
  if (!answer) return answer.error();
  if (answer->status / 100 != 2) return refusal(*answer);
  return std::move(answer->body);
}

void append_definition(io::JsonObject& object, const AudienceDefinition& definition) {
  object.text("when", definition.when);
  object.text("title", definition.title);
  object.text("purpose", definition.purpose);
}

std::string path_of(const std::string& name) {
  return "/v1/audiences/" + percent_encode(name);
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      encoded.push_back(c);
    } else {
      encoded.append(fmt::format("%{:02X}", static_cast<unsigned char>(c)));
    }
  }
  return encoded;
}

Result<std::unique_ptr<ServerClient>> ServerClient::open(const std::string& to) {
  const auto url = Url::parse(to);
  if (!url) return url.error();
  auto client = HttpClient::open(*url);
  if (!client) return client.error();
  return std::unique_ptr<ServerClient>(new ServerClient(*std::move(client)));
}

Result<std::string> ServerClient::list() {
  return body_of(x_client->get("/v1/audiences"));
}

Result<std::string> ServerClient::show(const std::string& name) {
  return body_of(x_client->get(path_of(name)));
}

Result<std::string> ServerClient::preview(const AudienceDefinition& definition,
                                          const std::vector<std::string>& audiences,
                                          bool all_audiences, uint32_t sample) {
  std::string body;
  io::JsonObject object(body);
  append_definition(object, definition);
  object.text("name", definition.name);
  object.number("sample", uint64_t{sample});
  if (!all_audiences) {
    object.key("audiences").push_back('[');
    io::JsonList list(body);
    for (const std::string& name : audiences) {
      list.next();
      io::append_json_string(body, name);
    }
    body.push_back(']');
  }
  object.close();
  return body_of(x_client->post("/v1/audiences/preview", kJson, body));
}

Result<std::string> ServerClient::explain(const std::string& name, const std::string& visitor,
                                          const std::string& site) {
  std::string target =
      "/v1/visitors/" + percent_encode(visitor) + "/explain?audience=" + percent_encode(name);
  if (!site.empty()) target += "&site=" + percent_encode(site);
  return body_of(x_client->get(target));
}

Result<std::string> ServerClient::put(const AudienceDefinition& definition) {
  std::string body;
  io::JsonObject object(body);
  append_definition(object, definition);
  object.close();
  return body_of(x_client->put(path_of(definition.name), kJson, body));
}

Result<std::string> ServerClient::get(const std::string& target) {
  return body_of(x_client->get(target));
}

Result<std::string> ServerClient::change_catalog(const std::string& target,
                                                 std::string_view content_type,
                                                 std::string_view bytes, bool is_change) {
  return body_of(is_change ? x_client->post(target, content_type, bytes)
                           : x_client->put(target, content_type, bytes));
}

Result<std::string> ServerClient::remove(const std::string& name) {
  return body_of(x_client->remove(path_of(name)));
}

Result<std::string> ServerClient::quarantine(uint64_t after) {
  return body_of(x_client->get("/v1/quarantine?limit=1000&after=" + std::to_string(after)));
}

Result<std::string> ServerClient::replay_quarantined(uint64_t id, const std::string& body) {
  return body_of(x_client->post("/v1/quarantine/" + std::to_string(id) + "/replay", kJson, body));
}

Result<std::string> ServerClient::remove_quarantined(uint64_t id) {
  return body_of(x_client->remove("/v1/quarantine/" + std::to_string(id)));
}

Result<uint64_t> ServerClient::export_members(
    const std::string& name, const std::string& format,
    const std::function<Result<void>(std::string_view)>& write) {
  constexpr std::string_view kPage = "&limit=10000";
  const bool is_csv = format == "csv";
  uint64_t members = 0;
  std::string cursor;
  do {
    std::string target = path_of(name) + "/members?format=" + format + std::string(kPage);
    if (!cursor.empty()) target += "&cursor=" + percent_encode(cursor);
    const auto answer = x_client->get(target);
    if (!answer) return answer.error();
    if (answer->status / 100 != 2) return refusal(*answer);
    std::string_view rows = answer->body;
    const auto lines = static_cast<uint64_t>(std::count(rows.begin(), rows.end(), '\n'));
    members += lines - (is_csv && lines > 0 ? 1 : 0);
    if (is_csv && !cursor.empty()) rows.remove_prefix(rows.find('\n') + 1);  // the header again
    if (auto written = write(rows); !written) return written.error();
    cursor = answer->cursor;
  } while (!cursor.empty());
  return members;
}

}  // namespace rekindle::cli
