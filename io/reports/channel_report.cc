#include "io/reports/channel_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/event_format.h"
#include "core/limits.h"
#include "core/log_format.h"
#include "io/json_text.h"
#include "io/reports/ledger.h"

namespace rekindle::io {
namespace {

// The content of one record of the log.
Result<void> add_record(std::string_view record, ChannelSums& sums, Event& event) {
  std::string_view rest;
  const auto header = read_record_header(record, rest);
  if (!header) return header.error();
  if (header->kind != RecordKind::kEvents) return {};
  while (!rest.empty()) {
    const size_t size = event_record_size(rest);
    if (size == 0) return Error{ErrorCode::kCorruptRecord, "an event of the log"};
    const std::string_view bytes = rest.substr(0, size);
    rest.remove_prefix(size);
    if (is_erased_event(bytes)) continue;
    if (auto read = read_event(bytes, event); !read) return read;
    if (!sums.add(event)) {
      return Error{
          ErrorCode::kInvalidArgument,
          fmt::format("more than {} touches: ask for fewer days", limits::kChannelMomentsMax)};
    }
  }
  return {};
}

// One row's figures, by name, as text.
struct Figure {
  std::string_view name;
  std::string value;  // empty: of nothing
  bool is_money = false;
};

class Figures {
 public:
  explicit Figures(Currency currency) : x_currency(currency) {}

  std::vector<Figure> of(const ChannelSums::Sums& sums) {
    x_list.clear();
    count("reach", sums.reach);
    count("engagements", sums.engagements);
    ratio("engagement_rate", static_cast<int64_t>(sums.engagements),
          static_cast<int64_t>(sums.reach));
    count("clicks", sums.clicks);
    count("emails_collected", sums.emails);
    count("conversions", sums.conversions);
    money("revenue", sums.revenue);
    money("cost", sums.cost);
    cost_per("cost_per_engagement", sums.cost, sums.engagements);
    cost_per("cost_per_acquisition", sums.cost, sums.conversions);
    ratio("roas", sums.revenue, sums.cost);
    return x_list;
  }

 private:
  void count(std::string_view name, uint64_t value) {
    x_list.push_back({name, std::to_string(value)});
  }
  void money(std::string_view name, int64_t minor) {
    char text[32];
    x_list.push_back({name, std::string(format_minor(minor, x_currency, text)), true});
  }
  void ratio(std::string_view name, int64_t part, int64_t whole) {
    x_list.push_back({name, whole == 0 ? std::string()
                                       : fmt::format("{:.4f}", static_cast<double>(part) /
                                                                   static_cast<double>(whole))});
  }
  // Of what cost nothing that is known of, and of nothing, there is none. Half is rounded up.
  void cost_per(std::string_view name, int64_t cost, uint64_t number) {
    if (cost == 0 || number == 0) return x_list.push_back({name, {}});
    const auto n = static_cast<int64_t>(number);
    money(name, cost / n + (cost % n * 2 >= n ? 1 : 0));
  }

  Currency x_currency;
  std::vector<Figure> x_list;
};

void append_figures(JsonObject& object, const std::vector<Figure>& figures) {
  for (const Figure& figure : figures) {
    if (figure.is_money) {
      object.text(figure.name, figure.value);
    } else {
      object.key(figure.name).append(figure.value.empty() ? "null" : figure.value);
    }
  }
}

// A field of a CSV row; quoted when it must be.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string csv(const ChannelSums& sums, Currency currency) {
  Figures figures(currency);
  std::string out = "media,source,medium,campaign,influencer";
  for (const Figure& figure : figures.of({})) out.append(",").append(figure.name);
  out.push_back('\n');
  for (const ChannelSums::Row& row : sums.rows()) {
    const Channel& channel = *row.channel;
    out.append(name_of(row.kind));
    for (const std::string* name :
         {&channel.source, &channel.medium, &channel.campaign, &channel.influencer}) {
      out.append(",").append(csv_field(*name));
    }
    for (const Figure& figure : figures.of(*row.sums)) out.append(",").append(figure.value);
    out.push_back('\n');
  }
  return out;
}

void append_rows(std::string& out, const ChannelSums& sums, Figures& figures) {
  out.push_back('[');
  JsonList list(out);
  for (const ChannelSums::Row& row : sums.rows()) {
    list.next();
    JsonObject object(out);
    object.text("media", name_of(row.kind));
    object.text("source", row.channel->source);
    object.text("medium", row.channel->medium);
    object.text("campaign", row.channel->campaign);
    object.text("influencer", row.channel->influencer);
    append_figures(object, figures.of(*row.sums));
    object.close();
  }
  out.push_back(']');
}

void append_kinds(std::string& out, const ChannelSums& sums, Figures& figures) {
  out.push_back('[');
  JsonList list(out);
  for (size_t i = 0; i < kMediaKinds; ++i) {
    list.next();
    JsonObject object(out);
    object.text("media", name_of(static_cast<MediaKind>(i)));
    append_figures(object, figures.of(sums.kinds()[i]));
    object.close();
  }
  out.push_back(']');
}

}  // namespace

Result<ChannelScan> scan_channels(Log& log, uint32_t partitions, const ReportRequest& request,
                                  const ChannelConfig& config) {
  ChannelScan scan{ChannelSums({request.site->id, begin_of_day(request.first_day),
                                begin_of_day(request.last_day + 1)},
                               config),
                   {}};
  std::vector<LogPosition> all;
  for (uint32_t p = 0; p < partitions; ++p) {
    all.push_back({PartitionId{static_cast<uint16_t>(p)}, 0});
  }
  std::vector<bool> is_begun(partitions, false);
  Event event;
  Result<void> added;
  const auto visit = [&](PartitionId partition, uint64_t position, std::string_view record) {
    if (!is_begun[to_index(partition)]) {
      is_begun[to_index(partition)] = true;
      std::string_view content;
      const auto header = read_record_header(record, content);
      if (header && position > 1) {  // what came before was let go
        scan.complete_from =
            std::max(scan.complete_from.value_or(EventTime::before_all()), header->now);
      }
    }
    added = add_record(record, scan.sums, event);
    return added.has_value();
  };
  if (auto read = log.read_events(all, visit); !read) return read.error();
  if (!added) return added.error();
  scan.sums.finish();
  if (!config.read_costs) return scan;
  const auto costs = config.read_costs();
  if (!costs) {  // nothing that was asked is wrong, but what we have
    return Error{ErrorCode::kCorruptRecord, "the cost file: " + to_string(costs.error())};
  }
  for (const ChannelCost& cost : *costs) scan.sums.add(cost);
  return scan;
}

std::string channel_report(const ChannelScan& scan, const ReportRequest& request,
                           const ChannelConfig& config) {
  if (request.csv) return csv(scan.sums, request.site->currency);
  Figures figures(request.site->currency);
  std::string out;
  JsonObject object(out);
  object.text("site", request.site->name);
  object.text("from", day_text(request.first_day));
  object.text("to", day_text(request.last_day));
  object.text("currency", request.site->currency.code());
  object.number("window_seconds", config.window.ms / 1'000);
  if (scan.complete_from) {
    object.time("complete_from", scan.complete_from->ms);
  } else {
    object.key("complete_from").append("null");
  }
  append_rows(object.key("channels"), scan.sums, figures);
  append_kinds(object.key("media"), scan.sums, figures);
  object.close();
  out.push_back('\n');
  return out;
}

}  // namespace rekindle::io
