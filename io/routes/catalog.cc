// PUT /v1/catalog: all products of a site. POST /v1/catalog: rows that change it. GET /v1/catalog:
// what it is now. Bodies are read and stored on the reports' thread.

#include <optional>

#include "core/time_text.h"
#include "io/http_connection.h"
#include "io/inflate.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/routes.h"
#include "io/taken_body.h"

namespace rekindle::io::routes {
namespace {

CatalogFormat format_of(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  if (type == "text/csv" || type == "text/tab-separated-values") return CatalogFormat::kCsv;
  if (type == "application/x-ndjson" || type == "application/json") return CatalogFormat::kNdjson;
  const bool is_xml = type.ends_with("/xml") || type.ends_with("+xml");
  return is_xml ? CatalogFormat::kXml : CatalogFormat::kAny;
}

void append_outcome(std::string& out, const Site& site, const CatalogOutcome& outcome) {
  JsonObject object(out);
  object.text("site", site.name);
  object.number("version", outcome.version);
  object.number("products", outcome.products);
  object.number("rows", outcome.rows);
  object.number("deleted", outcome.deleted);
  object.number("faulty_rows", outcome.faulty_rows);
  object.key("faults").push_back('[');
  JsonList list(out);
  for (const CatalogFault& fault : outcome.faults) {
    list.next();
    JsonObject entry(out);
    entry.number("line", fault.line);
    entry.number("column", fault.column);
    entry.text("reason", fault.reason);
    entry.close();
  }
  out.push_back(']');
  object.close();
  out.push_back('\n');
}

class CatalogErrand final : public Errand {
 public:
  CatalogErrand(IoThread& thread, const Reply& reply, CatalogUpload upload, TakenBody body,
                bool is_compressed)
      : x_thread(thread),
        x_reply(reply),
        x_upload(upload),
        x_body(std::move(body)),
        x_is_compressed(is_compressed) {}

  void run() override {
    std::string inflated;
    x_upload.bytes = x_body.bytes();
    if (x_is_compressed) {
      Inflater inflater;
      const auto done = inflater.inflate(x_body.bytes(), inflated, limits::kCatalogBodyBytesMax);
      if (!done) {
        x_outcome = done.error();
        return;
      }
      x_upload.bytes = inflated;
    }
    x_outcome = x_thread.engine().change_catalog(x_upload);
  }
  void on_reply() override {
    const std::unique_ptr<CatalogErrand> self(this);
    if (!x_outcome) return x_reply.send(problem(x_outcome.error()));
    Response response;
    append_outcome(response.body, x_upload.site, *x_outcome);
    x_reply.send(response);
  }

 private:
  IoThread& x_thread;
  Reply x_reply;  // touched on the io thread only
  CatalogUpload x_upload;
  TakenBody x_body;
  bool x_is_compressed;
  Result<CatalogOutcome> x_outcome = CatalogOutcome{};
};

// The one that the query or the key names. Errors: kForbidden, kUnknownSite.
Result<const Site*> site_of(const Call& call) {
  return call.access.find_site(query_parameter(call.request.query, "site"),
                               call.thread.parts().config.default_site,
                               call.thread.engine().sites());
}

// `at` of the query, else now. Errors: kInvalidTime.
Result<EventTime> time_of(const Call& call) {
  const std::string text = query_parameter(call.request.query, "at");
  if (text.empty()) return as_event_time(call.thread.engine().clock().now());
  const auto at = parse_time(text);
  if (!at) return Error{ErrorCode::kInvalidTime, "at"};
  if (EventTime{*at} < kEventTimeMin || EventTime{*at} > kEventTimeMax) {
    return Error{ErrorCode::kInvalidTime, "at is outside the years 2000 to 2100"};
  }
  return EventTime{*at};
}

void change(Call& call, bool is_whole) {
  const std::string_view coding = call.request.content_encoding;
  const bool is_compressed = coding == "gzip" || coding == "x-gzip" || coding == "deflate";
  if (!is_compressed && !coding.empty() && coding != "identity") {
    Response response = problem(415, "Content-Encoding must be gzip, deflate or identity");
    response.headers = "Accept-Encoding: gzip, deflate\r\n";
    return call.reply.send(response);
  }
  const auto site = site_of(call);
  if (!site) return call.reply.send(problem(site.error()));
  const auto at = time_of(call);
  if (!at) return call.reply.send(problem(at.error()));
  const CatalogUpload upload{**site, {}, format_of(call.request.content_type), is_whole, *at};
  auto body = call.reply.connection().take_body();
  if (!body) return call.reply.send(overloaded(503, "out of buffers"));
  auto errand = std::make_unique<CatalogErrand>(call.thread, call.reply, upload, std::move(*body),
                                                is_compressed);
  if (!call.thread.send_report(std::move(errand))) call.reply.send(overloaded(503));
}

}  // namespace

void put_catalog(Call& call) {
  change(call, true);
}

void post_catalog(Call& call) {
  change(call, false);
}

void get_catalog(Call& call) {
  const auto site = site_of(call);
  if (!site) return call.reply.send(problem(site.error()));
  const CatalogSummary summary = call.thread.engine().catalog((*site)->id);
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.text("site", (*site)->name);
  object.number("version", summary.version);
  object.number("products", summary.products);
  object.number("categories", summary.categories);
  object.close();
  response.body.push_back('\n');
  call.reply.send(response);
}

}  // namespace rekindle::io::routes
