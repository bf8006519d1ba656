// GET /v1/reports/…: flow and sizes from the ledger of the change feed, growth and what follows
// from saved visitors, offers from their sums, channels from the event log; all on the reports'
// thread.

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "core/limits.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/reports/channel_report.h"
#include "io/reports/customer_report.h"
#include "io/reports/flow_report.h"
#include "io/reports/ledger_keeper.h"
#include "io/reports/offer_report.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// Makes a report's text, on the reports' thread.
using Write = std::function<Result<std::string>()>;

class ReportErrand final : public Errand {
 public:
  ReportErrand(const Reply& reply, bool csv, Write write)
      : x_reply(reply), x_csv(csv), x_write(std::move(write)) {}

  void run() override { x_body = x_write(); }
  void on_reply() override {
    const std::unique_ptr<ReportErrand> self(this);
    if (!x_body) return x_reply.send(problem(x_body.error()));
    Response response;
    if (x_csv) response.content_type = "text/csv; charset=utf-8";
    response.headers = "Cache-Control: no-store\r\n";
    response.body = std::move(*x_body);
    x_reply.send(response);
  }

 private:
  Reply x_reply;
  bool x_csv;
  Write x_write;
  Result<std::string> x_body = std::string();
};

void answer(Call& call, bool csv, Write write) {
  auto errand = std::make_unique<ReportErrand>(call.reply, csv, std::move(write));
  if (!call.thread.send_report(std::move(errand))) call.reply.send(overloaded(503));
}

// From the ledger, brought up to date.
void answer_from_ledger(Call& call, bool csv, std::function<std::string(const Ledger&)> write) {
  LedgerKeeper& keeper = call.thread.parts().ledger;
  answer(call, csv, [&keeper, write = std::move(write)]() -> Result<std::string> {
    std::string body;
    auto looked = keeper.look([&](const Ledger& ledger) { body = write(ledger); });
    if (!looked) return looked.error();
    return body;
  });
}

void answer_from_customers(Call& call, CustomerReport report) {
  Engine& engine = call.thread.engine();
  const std::string_view query = call.request.query;
  const auto request = ReportRequest::parse(query, engine.sites(), call.access);
  if (!request) return call.reply.send(problem(request.error()));
  constexpr uint64_t kLapsedDaysDefault = 240;
  const auto lapsed = number_parameter(query, "lapsed_after", kLapsedDaysDefault, 1, 3'650);
  if (!lapsed) return call.reply.send(problem(lapsed.error()));
  CustomerPeriod period{request->site->id, request->first_day, request->last_day,
                        days(static_cast<int64_t>(*lapsed))};
  answer(call, request->csv, [&engine, report, period, request = *request]() {
    const auto scan = scan_customers(engine, period);
    return scan ? Result<std::string>(customer_report(report, *scan, request))
                : Result<std::string>(scan.error());
  });
}

// Those named in `audiences`, parted by commas; all without it. Errors: kNotFound.
Result<std::vector<AudienceRule>> wanted_audiences(const std::string& names, const Rules& rules) {
  if (names.empty()) return rules.audiences;
  std::vector<AudienceRule> wanted;
  for (size_t begin = 0; begin <= names.size();) {
    const size_t end = std::min(names.find(',', begin), names.size());
    const std::string name = names.substr(begin, end - begin);
    const AudienceRule* rule = rules.find(name);
    if (rule == nullptr) return Error{ErrorCode::kNotFound, "no audience '" + name + "'"};
    wanted.push_back(*rule);
    begin = end + 1;
  }
  return wanted;
}

}  // namespace

void report_flow(Call& call) {
  const Engine& engine = call.thread.engine();
  const auto request = ReportRequest::parse(call.request.query, engine.sites(), call.access);
  if (!request) return call.reply.send(problem(request.error()));
  std::string group = query_parameter(call.request.query, "group");
  if (group.empty()) group = "stage";
  Rules rules = engine.rules();
  const bool known =
      std::any_of(rules.audiences.begin(), rules.audiences.end(),
                  [&group](const AudienceRule& rule) { return group_of(rule.name) == group; });
  if (!known) {
    return call.reply.send(
        problem(404, ErrorCode::kNotFound, "no audience's name begins with '" + group + "_'"));
  }
  answer_from_ledger(call, request->csv,
                     [request = *request, rules = std::move(rules), group](const Ledger& ledger) {
                       return flow_report(ledger, rules, request, group);
                     });
}

void report_sizes(Call& call) {
  const Engine& engine = call.thread.engine();
  const auto request = ReportRequest::parse(call.request.query, engine.sites(), call.access);
  if (!request) return call.reply.send(problem(request.error()));
  auto wanted = wanted_audiences(query_parameter(call.request.query, "audiences"), engine.rules());
  if (!wanted) return call.reply.send(problem(wanted.error()));
  const auto days = static_cast<size_t>(request->last_day - request->first_day + 1);
  if (wanted->size() * days > limits::kReportCellsMax) {
    return call.reply.send(
        problem(400, ErrorCode::kInvalidArgument, "too many audiences and days, name fewer"));
  }
  answer_from_ledger(call, request->csv,
                     [request = *request, wanted = *std::move(wanted)](const Ledger& ledger) {
                       return size_report(ledger, wanted, request);
                     });
}

void report_offers(Call& call) {
  const Engine& engine = call.thread.engine();
  const auto request = ReportRequest::parse(call.request.query, engine.sites(), call.access);
  if (!request) return call.reply.send(problem(request.error()));
  if (engine.tallies() == nullptr) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no offers are configured"));
  }
  answer(call, request->csv, [&engine, request = *request]() -> Result<std::string> {
    return offer_report(*engine.tallies(), engine.decider()->offers(), request);
  });
}

void report_channels(Call& call) {
  Engine& engine = call.thread.engine();
  const auto request = ReportRequest::parse(call.request.query, engine.sites(), call.access);
  if (!request) return call.reply.send(problem(request.error()));
  static const ChannelConfig kDefault;
  const ChannelConfig* config = &kDefault;
  for (const ChannelConfig& said : call.thread.parts().config.channels) {
    if (said.site == request->site->name) config = &said;
  }
  answer(call, request->csv, [&engine, config, request = *request]() -> Result<std::string> {
    const auto scan = scan_channels(engine.log(), engine.partitions(), request, *config);
    if (!scan) return scan.error();
    return channel_report(*scan, request, *config);
  });
}

void report_growth(Call& call) {
  answer_from_customers(call, CustomerReport::kGrowth);
}
void report_retention(Call& call) {
  answer_from_customers(call, CustomerReport::kRetention);
}
void report_cohorts(Call& call) {
  answer_from_customers(call, CustomerReport::kCohorts);
}

}  // namespace rekindle::io::routes
