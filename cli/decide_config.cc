#include "cli/decide_config.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::cli {
namespace {

constexpr uint64_t kMiB = 1ULL << 20;
constexpr uint64_t kTiB = 1ULL << 40;

void read_learning(YamlSection section, operators::DecideConfig& decide) {
  operators::LearningConfig& learning = decide.learning;
  section.read_number_as("offers_max", decide.offers_max, 1, limits::kOffersMax);
  section.read_number_as("sessions", learning.sessions.sessions_max, 1, limits::kLearntSessionsMax);
  section.read_duration("session_age", learning.sessions.age_max, hours(1), days(3'650));
  uint64_t memory = learning.memory_bytes_max;
  section.read_size("memory", memory, kMiB, kTiB);
  learning.memory_bytes_max = memory;
  section.read_duration("half_life", learning.half_life, minutes(1), days(3'650));
  section.read_duration("trending_half_life", learning.trending_half_life, minutes(1), days(3'650));
  section.read_duration("pairs_half_life", learning.pairs_half_life, minutes(1), days(3'650));
  section.finish();
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void read_texts(YamlSection& section, const char* key, std::vector<std::string>& out) {
  const YAML::Node list = section.take(key);
  if (!list.IsDefined()) return;
  if (!list.IsSequence()) {
    return section.fault(list, "'" + std::string(key) + "' must be a list");
  }
  for (const auto& entry : list) {
    if (!entry.IsScalar() || entry.Scalar().empty() ||
        entry.Scalar().size() > limits::kIdBytesMax) {
      section.fault(entry,
                    "must be a text of 1 to " + std::to_string(limits::kIdBytesMax) + " bytes");
    } else {
      out.push_back(entry.Scalar());
    }
  }
}

// The name of a source, or a mapping with its settings.
void read_source(YamlSection& owner, const YAML::Node& node, const std::string& path,
                 Faults& faults, operators::PlacementConfig& placement) {
  operators::SourceConfig source;
  if (node.IsScalar()) {
    source.source = node.Scalar();
  } else if (node.IsMap()) {
    YamlSection section(owner.file(), node, path, faults);
    section.read("source", source.source);
    section.read_number_as("take", source.take, 1, limits::kOffersMax);
    read_texts(section, "categories", source.categories);
    read_texts(section, "brands", source.brands);
    read_texts(section, "products", source.products);
    section.finish();
  } else {
    return owner.fault(node, "must be a source's name, or a mapping with 'source'");
  }
  if (std::string fault = operators::fault_of(source); !fault.empty()) {
    owner.fault(node, std::move(fault));
  }
  placement.sources.push_back(std::move(source));
}

void read_placement(YamlSection& owner, const YAML::Node& key, const YAML::Node& value,
                    Faults& faults, operators::DecideConfig& decide) {
  operators::PlacementConfig placement;
  placement.name = key.IsScalar() ? key.Scalar() : "";
  if (!is_name(placement.name)) {
    owner.fault(key, "a placement's name is 1 to 64 of a-z, 0-9, _ and -");
  }
  if (!value.IsSequence() || value.size() == 0 || value.size() > limits::kPlacementSourcesMax) {
    return owner.fault(value.IsDefined() && !value.IsNull() ? value : key,
                       "a placement lists 1 to " + std::to_string(limits::kPlacementSourcesMax) +
                           " sources, in the order in which they are asked");
  }
  size_t index = 0;
  for (const auto& node : value) {
    const std::string path = "placements[" + placement.name + "][" + std::to_string(index++) + "]";
    read_source(owner, node, path, faults, placement);
  }
  decide.placements.push_back(std::move(placement));
}

}  // namespace

void read_decide(YamlSection& top, Faults& faults, operators::DecideConfig& decide) {
  read_learning(top.section("decide"), decide);
  const YAML::Node placements = top.take("placements");
  if (!placements.IsDefined() || placements.IsNull()) return;
  if (!placements.IsMap()) {
    return top.fault(placements, "'placements' must be a mapping of names to lists of sources");
  }
  if (placements.size() > limits::kPlacementsMax) {
    top.fault(placements, "more than " + std::to_string(limits::kPlacementsMax) + " placements");
  }
  for (const auto& entry : placements) {
    read_placement(top, entry.first, entry.second, faults, decide);
  }
}

}  // namespace rekindle::cli
