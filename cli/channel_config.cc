#include "cli/channel_config.h"

#include <chrono>
#include <filesystem>

#include "cli/presets/csv.h"
#include "core/limits.h"
#include "core/time_text.h"

namespace rekindle::cli {
namespace {

constexpr int64_t kDayMs = 86'400'000;

void read_media(YamlSection& section, io::ChannelConfig& config) {
  const YAML::Node map = section.take("media");
  if (!map.IsDefined()) return;
  if (!map.IsMap() || map.size() > limits::kChannelMediaMax) {
    return section.fault(map, "'media' maps mediums, at most " +
                                  std::to_string(limits::kChannelMediaMax) +
                                  ", to owned, paid, earned, shared or other");
  }
  for (const auto& entry : map) {
    const std::string medium = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const std::string name = entry.second.IsScalar() ? entry.second.Scalar() : "";
    const auto kind = io::parse_media_kind(name);
    if (medium.empty() || medium.size() > limits::kTextBytesMax) {
      section.fault(entry.first, "a medium is a text of 1 to " +
                                     std::to_string(limits::kTextBytesMax) + " bytes");
    } else if (!kind) {
      section.fault(entry.second, "a kind of media is owned, paid, earned, shared or other");
    } else {
      config.media[io::small_letters(medium)] = *kind;
    }
  }
}

Error wrong(const std::string& path, uint64_t row, const std::string& what) {
  // The header is line 1.
  return {ErrorCode::kInvalidConfiguration, path + ":" + std::to_string(row + 1) + ": " + what};
}

// Columns that a cost file may leave out have no place.
struct Columns {
  size_t day, source, medium, cost;
  std::optional<size_t> campaign;
  std::optional<size_t> influencer;
};

Result<Columns> columns_of(const CsvReader& csv) {
  const auto places = csv.columns({"day", "source", "medium", "cost"});
  if (!places) return places.error();
  Columns columns{(*places)[0], (*places)[1], (*places)[2], (*places)[3], {}, {}};
  if (const auto found = csv.columns({"campaign"})) columns.campaign = found->front();
  if (const auto found = csv.columns({"influencer"})) columns.influencer = found->front();
  return columns;
}

Result<io::ChannelCost> read_cost(const CsvReader& csv, const Columns& columns, Currency currency) {
  io::ChannelCost cost;
  const std::string day(csv.field(columns.day));
  const auto at = parse_time(day + "T00:00:00Z");
  if (day.size() != 10 || !at || *at < 0)
    return Error{ErrorCode::kInvalidTime, "'day' is a day like 2026-03-15"};
  cost.day = static_cast<int32_t>(*at / kDayMs);
  const auto minor = parse_minor(csv.field(columns.cost), currency);
  if (!minor || *minor < 0)
    return Error{ErrorCode::kInvalidMoney, "'cost' is an amount like 12.50"};
  cost.minor = *minor;
  cost.channel.source = io::small_letters(csv.field(columns.source));
  cost.channel.medium = io::small_letters(csv.field(columns.medium));
  if (columns.campaign) cost.channel.campaign = csv.field(*columns.campaign);
  if (columns.influencer) cost.channel.influencer = csv.field(*columns.influencer);
  return cost;
}

}  // namespace

Result<std::vector<io::ChannelCost>> read_channel_costs(const std::string& path,
                                                        Currency currency) {
  auto source = open_input_file(path);
  if (!source) return source.error();
  CsvReader csv(**source);
  if (auto header = csv.read_header(); !header) return wrong(path, 0, header.error().detail);
  const auto columns = columns_of(csv);
  if (!columns) return wrong(path, 0, columns.error().detail);
  std::vector<io::ChannelCost> costs;
  while (csv.next()) {
    if (csv.bad_rows() > 0) break;
    auto cost = read_cost(csv, *columns, currency);
    if (!cost) return wrong(path, csv.rows(), cost.error().detail);
    if (costs.size() == limits::kChannelCostsMax) return wrong(path, csv.rows(), "too many lines");
    costs.push_back(*std::move(cost));
  }
  if (csv.error()) return *csv.error();
  if (csv.bad_rows() > 0)
    return wrong(path, csv.rows(), "the line has other columns than the first");
  return costs;
}

void read_channels(YamlSection& site, const std::string& name, Currency currency,
                   std::vector<io::ChannelConfig>& channels) {
  YamlSection section = site.section("channels");
  io::ChannelConfig config;
  config.site = name;
  std::string costs;
  section.read_duration("window", config.window, hours(1), days(400));
  section.read("costs", costs);
  read_media(section, config);
  section.finish();
  if (!costs.empty()) {
    const auto beside = std::filesystem::path(section.file()->name).parent_path() / costs;
    config.read_costs = [path = beside.string(), currency] {
      return read_channel_costs(path, currency);
    };
    if (const auto read = config.read_costs(); !read) {
      section.fault(section.take("costs"), "the cost file: " + to_string(read.error()));
    }
  }
  channels.push_back(std::move(config));
}

}  // namespace rekindle::cli
