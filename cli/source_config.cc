#include "cli/source_config.h"

#include <algorithm>
#include <cmath>

#include "core/limits.h"
#include "core/rules.h"

namespace rekindle::cli {
namespace {

using operators::SourceConfig;

void read_texts(YamlSection& section, const char* key, std::vector<std::string>& out) {
  const YAML::Node list = section.take(key);
  if (!list.IsDefined()) return;
  if (!list.IsSequence()) {
    return section.fault(list, "'" + std::string(key) + "' must be a list");
  }
  for (const auto& entry : list) {
    if (!entry.IsScalar() || entry.Scalar().empty() ||
        entry.Scalar().size() > limits::kCategoryPathBytesMax) {
      section.fault(entry, "must be a text of 1 to " +
                               std::to_string(limits::kCategoryPathBytesMax) + " bytes");
    } else {
      out.push_back(entry.Scalar());
    }
  }
}

void read_audiences(YamlSection& section, const char* key, std::vector<std::string>& out) {
  read_texts(section, key, out);
  for (const std::string& name : out) {
    if (!is_audience_name(name)) {
      section.fault(section.node(), "'" + name + "' is no audience's name");
    }
  }
}

void read_text(YamlSection& section, const char* key, std::string& out) {
  section.read(key, out);
  if (out.size() > limits::kMessageTextBytesMax) {
    section.fault(section.node(), "'" + std::string(key) + "' is longer than " +
                                      std::to_string(limits::kMessageTextBytesMax) + " bytes");
  }
}

void read_message(YamlSection& section, SourceConfig& source) {
  read_text(section, "title", source.message.title);
  read_text(section, "text", source.message.text);
  read_text(section, "url", source.message.url);
  section.read("trait", source.trait);
  section.read_number_as("goal_points", source.goal_points, 1, 1'000'000'000);
  section.read_number_as("orders_min", source.orders_min, 1, 1'000);
}

void read_threshold(YamlSection& section, operators::ThresholdConfig& threshold) {
  section.read("for", threshold.name);
  section.read("goal", threshold.goal);
  section.read("currency", threshold.currency);
  section.read_choice("goal_is", threshold.is_net, {{"gross", false}, {"net", true}});
  section.read_choice("prices_are", threshold.prices_are_net, {{"gross", false}, {"net", true}});
  section.read_number_as("tax_permille", threshold.tax_permille, 0, 1'000);
  section.read("after_discounts", threshold.after_discounts);
  read_texts(section, "not_categories", threshold.not_categories);
  read_texts(section, "not_products", threshold.not_products);
}

enum class Method : uint8_t { kStandard, kVmis, kVsknn, kStan, kVstan };

// The published methods with the settings they did best with on a shop's clicks.
operators::KnnConfig method(Method method) {
  using operators::KnnConfig;
  using operators::KnnDecay;
  switch (method) {
    case Method::kVmis: return KnnConfig::vmis(500, 100, 9);
    case Method::kVsknn:
      return KnnConfig::vsknn(5'000, 500, KnnDecay::kQuadratic, KnnDecay::kDiv, 5);
    case Method::kStan: return KnnConfig::stan(5'000, 500, 1.02, 5, 2.05);
    case Method::kVstan: return KnnConfig::vstan(1'000, 200, 1.02, 5, 2.05, 1.02, 5);
    case Method::kStandard: break;
  }
  return KnnConfig::standard();
}

// Of similar_sessions: a method, and what of it is another.
void read_next(YamlSection& section, SourceConfig& source) {
  const operators::NextConfig common;
  Method of = Method::kStandard;
  section.read_choice("method", of,
                      {{"standard", Method::kStandard},
                       {"vmis", Method::kVmis},
                       {"vsknn", Method::kVsknn},
                       {"stan", Method::kStan},
                       {"vstan", Method::kVstan}});
  operators::NextConfig next;
  next.knn = method(of);
  section.read_number_as("recent", next.knn.recent, 1, limits::kKnnRecentMax);
  section.read_number_as("neighbours", next.knn.neighbours, 1, limits::kKnnNeighboursMax);
  section.read_number_as("items", next.knn.items, 1, limits::kKnnItemsMax);
  auto rules_percent = static_cast<uint32_t>(std::lround(next.rules * 100));
  section.read_number_as("rules_percent", rules_percent, 0, 100);
  next.rules = rules_percent / 100.0;
  if (next != common) source.next = next;
}

std::optional<operators::Day> read_day(YamlSection& section, const char* key) {
  const YAML::Node node = section.take(key);
  const auto day =
      node.IsDefined() && node.IsScalar() ? operators::parse_day(node.Scalar()) : std::nullopt;
  if (!day) {
    section.fault(node.IsDefined() ? node : section.node(),
                  "'" + std::string(key) + "' must be a day like 2026-12-24");
  }
  return day;
}

}  // namespace

std::optional<operators::Season> read_season(YamlSection& section, const Seasons& seasons) {
  const YAML::Node named = section.take("season");
  if (!named.IsDefined()) return std::nullopt;
  const auto found =
      std::find_if(seasons.begin(), seasons.end(), [&](const operators::Season& season) {
        return named.IsScalar() && season.name == named.Scalar();
      });
  if (found != seasons.end()) return *found;
  section.fault(named, "'season' must be one of those under 'seasons'");
  return std::nullopt;
}

bool is_placement_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Seasons read_seasons(YamlSection& top, Faults& faults) {
  Seasons seasons;
  const YAML::Node all = top.take("seasons");
  if (!all.IsDefined() || all.IsNull()) return seasons;
  if (!all.IsMap() || all.size() > limits::kSeasonsMax) {
    top.fault(all, "'seasons' must be a mapping of at most " + std::to_string(limits::kSeasonsMax) +
                       " names");
    return seasons;
  }
  for (const auto& entry : all) {
    operators::Season season;
    season.name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (!is_placement_name(season.name)) {
      top.fault(entry.first, "a season's name is 1 to 64 of a-z, 0-9, _ and -");
    }
    if (!entry.second.IsMap()) {
      top.fault(entry.first, "a season needs 'start' and 'end'");
      continue;
    }
    YamlSection section(top.file(), entry.second, "seasons[" + season.name + "]", faults);
    const auto start = read_day(section, "start");
    const auto end = read_day(section, "end");
    section.read("yearly", season.is_yearly);
    section.finish();
    if (!start || !end) continue;
    season.first = *start;
    season.last = *end;
    constexpr operators::Day kYear = 365;
    if (season.last < season.first) section.fault(entry.second, "'end' lies before 'start'");
    if (season.is_yearly && season.last - season.first >= kYear) {
      section.fault(entry.second, "a yearly season is shorter than a year");
    }
    seasons.push_back(std::move(season));
  }
  return seasons;
}

SourceConfig read_source(YamlSection& owner, const YAML::Node& node, const std::string& path,
                         const Seasons& seasons, Faults& faults) {
  SourceConfig source;
  if (node.IsScalar()) {
    source.source = node.Scalar();
  } else if (node.IsMap()) {
    YamlSection section(owner.file(), node, path, faults);
    section.read("source", source.source);
    section.read_number_as("take", source.take, 1, limits::kOffersMax);
    read_texts(section, "categories", source.categories);
    read_texts(section, "brands", source.brands);
    read_texts(section, "products", source.products);
    read_audiences(section, "audiences", source.audiences);
    read_audiences(section, "not_audiences", source.not_audiences);
    source.season = read_season(section, seasons);
    section.read_duration("within", source.within, hours(1), days(400));
    section.read_number_as("percent_min", source.percent_min, 1, 100);
    section.read_number_as("discount_percent", source.discount_percent, 1, 100);
    section.read_number_as("price_percent_min", source.price_percent_min, 100, 10'000);
    section.read_number_as("price_percent_max", source.price_percent_max, 100, 10'000);
    section.read_number_as("attributes_min", source.attributes_min, 0,
                           limits::kProductAttributesMax);
    read_next(section, source);
    read_message(section, source);
    read_threshold(section, source.threshold);
    section.finish();
  } else {
    owner.fault(node, "must be a source's name, or a mapping with 'source'");
    return source;
  }
  if (std::string fault = operators::fault_of(source); !fault.empty()) {
    owner.fault(node, std::move(fault));
  }
  return source;
}

}  // namespace rekindle::cli
