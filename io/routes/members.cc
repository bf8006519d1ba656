// GET /v1/audiences/{name}/members: who is in, a page at a time, as JSON, NDJSON, CSV, or the
// bodies an ad platform takes.

#include "core/limits.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_checksum.h"
#include "io/member_sets.h"
#include "io/problem.h"
#include "io/routes/handover.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

enum class Format : uint8_t { kJson, kNdjson, kCsv };
constexpr uint64_t kPageDefault = 1'000;

// The parameter wins over Accept.
Result<Format> format_of(const Request& request) {
  const std::string format = query_parameter(request.query, "format");
  if (format == "json") return Format::kJson;
  if (format == "ndjson") return Format::kNdjson;
  if (format == "csv") return Format::kCsv;
  if (!format.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "format must be json, ndjson, csv, meta, google or google_data_manager"};
  }
  if (request.accept.find("ndjson") != std::string_view::npos) return Format::kNdjson;
  if (request.accept.find("text/csv") != std::string_view::npos) return Format::kCsv;
  return Format::kJson;
}

std::string_view site_name(const Engine& engine, SiteId id) {
  const Site* site = engine.sites().find(id);
  return site == nullptr ? std::string_view() : std::string_view(site->name);
}

void append_member(std::string& out, const Engine& engine, const Member& member) {
  JsonObject object(out);
  object.text("visitor", member.name);
  object.text("site", site_name(engine, member.site));
  object.close();
}

// RFC 4180. A leading = + - @ would be run as a formula by spreadsheets; it is quoted, not changed:
// ad platforms match ids byte for byte.
void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of("\",\r\n=+-@") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

void write_json(const Engine& engine, const std::string& name, const MembersPage& page,
                Response& response) {
  JsonObject object(response.body);
  object.text("audience", name);
  if (page.size) object.number("size", *page.size);
  object.time("as_of", page.as_of.ms);
  object.text("changes_after", page.changes_after);
  if (page.checksum) object.text("checksum", to_text(*page.checksum));
  if (!page.next.empty()) object.text("cursor", page.next);
  object.key("members").push_back('[');
  JsonList list(response.body);
  for (const Member& member : page.members) {
    list.next();
    append_member(response.body, engine, member);
  }
  response.body.push_back(']');
  object.close();
  response.body.push_back('\n');
}

// The other formats carry what is not a member in headers.
void write_headers(const MembersPage& page, Response& response) {
  if (page.size) {
    response.headers.append("X-Size: ").append(std::to_string(*page.size)).append("\r\n");
  }
  response.headers.append("X-Changes-After: ").append(page.changes_after).append("\r\n");
  if (page.checksum) {
    response.headers.append("X-Checksum: ").append(to_text(*page.checksum)).append("\r\n");
  }
  if (!page.next.empty()) response.headers.append("X-Cursor: ").append(page.next).append("\r\n");
}

Response write(const Engine& engine, const std::string& name, Format format,
               const MembersPage& page) {
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  if (format == Format::kJson) {
    write_json(engine, name, page, response);
    return response;
  }
  write_headers(page, response);
  response.content_type =
      format == Format::kCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
  if (format == Format::kCsv) response.body = "visitor,site\r\n";
  for (const Member& member : page.members) {
    if (format == Format::kCsv) {
      append_csv_field(response.body, member.name);
      response.body.push_back(',');
      append_csv_field(response.body, site_name(engine, member.site));
      response.body.append("\r\n");
    } else {
      append_member(response.body, engine, member);
      response.body.push_back('\n');
    }
  }
  return response;
}

void get_handover(Call& call, const AudienceRule& rule, std::optional<PageCursor> from) {
  const std::string_view query = call.request.query;
  const auto limit =
      number_parameter(query, "limit", limits::kHandoverMembersMax, 1, limits::kHandoverMembersMax);
  if (!limit) return call.reply.send(problem(limit.error()));
  auto request = HandoverRequest::parse(query_parameter(query, "format"), query);
  if (!request) return call.reply.send(problem(request.error()));
  answer_handover(
      call.thread, call.reply,
      {rule.id, rule.name, *limit, std::move(from), call.only_site(), *std::move(request)});
}

}  // namespace

void get_members(Call& call) {
  Engine& engine = call.thread.engine();
  const Rules rules = engine.rules();
  const AudienceRule* rule = rules.find(call.argument);
  if (rule == nullptr) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no audience of that name"));
  }
  const std::string_view query = call.request.query;
  std::optional<PageCursor> from;
  if (const std::string text = query_parameter(query, "cursor"); !text.empty()) {
    auto parsed = PageCursor::parse(text, engine.partitions());
    if (!parsed) return call.reply.send(problem(parsed.error()));
    from = *std::move(parsed);
  }
  if (HandoverRequest::knows(query_parameter(query, "format"))) {
    return get_handover(call, *rule, std::move(from));
  }
  const auto limit = number_parameter(query, "limit", kPageDefault, 1, limits::kMembersPageMax);
  if (!limit) return call.reply.send(problem(limit.error()));
  const auto format = format_of(call.request);
  if (!format) return call.reply.send(problem(format.error()));
  const auto asked = read_members(call.thread, rule->id, *limit, std::move(from), call.only_site(),
                                  [reply = call.reply, &engine, name = rule->name,
                                   format = *format](const Result<MembersPage>& page) {
                                    if (!page) return reply.send(problem(page.error()));
                                    reply.send(write(engine, name, format, *page));
                                  });
  if (!asked) call.reply.send(problem(asked.error()));
}

}  // namespace rekindle::io::routes
