#include "cli/decide_config.h"

#include <algorithm>
#include <filesystem>

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

class PlacementReader {
 public:
  PlacementReader(YamlSection& owner, Seasons seasons, Faults& faults,
                  operators::DecideConfig& decide)
      : x_owner(owner), x_faults(faults), x_decide(decide), x_seasons(std::move(seasons)) {}

  // A mapping, or the files that a name or a list of names points to.
  void read_all() {
    const YAML::Node placements = x_owner.take("placements");
    if (!placements.IsDefined() || placements.IsNull()) return;
    if (placements.IsScalar()) return read_file(placements);
    if (placements.IsSequence()) {
      for (const auto& file : placements) read_file(file);
      return;
    }
    read_entries(placements);
  }

 private:
  void read_file(const YAML::Node& name) {
    if (!name.IsScalar()) return x_owner.fault(name, "must be a file's name");
    const auto directory = std::filesystem::path(x_owner.file()->name).parent_path();
    const auto file = load_yaml((directory / name.Scalar()).string(), x_faults);
    if (!file) return x_owner.fault(name, "this file has faults");
    YamlSection top(file, file->root, "", x_faults);
    const YAML::Node inside = top.take("placements");
    if (!inside.IsDefined() || !inside.IsMap()) {
      return top.fault(inside.IsDefined() ? inside : top.node(),
                       "'placements' must be a mapping here");
    }
    PlacementReader(top, read_seasons(top, x_faults), x_faults, x_decide).read_entries(inside);
    top.finish();
  }

  void read_entries(const YAML::Node& placements) {
    for (const auto& entry : placements) read(entry.first, entry.second);
  }

  void read(const YAML::Node& key, const YAML::Node& value) {
    operators::PlacementConfig placement;
    placement.name = key.IsScalar() ? key.Scalar() : "";
    if (!is_placement_name(placement.name)) {
      x_owner.fault(key, "a placement's name is 1 to 64 of a-z, 0-9, _ and -");
    }
    if (value.IsMap()) {
      YamlSection section(x_owner.file(), value, "placements[" + placement.name + "]", x_faults);
      section.read_number_as("per_category", placement.quota.per_category, 1, limits::kOffersMax);
      section.read_number_as("per_brand", placement.quota.per_brand, 1, limits::kOffersMax);
      read_sources(key, section.take("sources"), placement);
      section.finish();
    } else {
      read_sources(key, value, placement);
    }
    const auto same = [&](const auto& other) { return other.name == placement.name; };
    if (std::any_of(x_decide.placements.begin(), x_decide.placements.end(), same)) {
      x_owner.fault(key, "the placement '" + placement.name + "' is there twice");
    }
    x_decide.placements.push_back(std::move(placement));
  }

  void read_sources(const YAML::Node& key, const YAML::Node& list,
                    operators::PlacementConfig& placement) {
    const bool is_there = list.IsDefined() && !list.IsNull();
    if (!is_there || !list.IsSequence() || list.size() == 0 ||
        list.size() > limits::kPlacementSourcesMax) {
      return x_owner.fault(is_there ? list : key,
                           "a placement lists 1 to " +
                               std::to_string(limits::kPlacementSourcesMax) +
                               " sources, in the order in which they are asked");
    }
    size_t index = 0;
    for (const auto& node : list) {
      const std::string path =
          "placements[" + placement.name + "][" + std::to_string(index++) + "]";
      placement.sources.push_back(read_source(x_owner, node, path, x_seasons, x_faults));
    }
  }

  YamlSection& x_owner;
  Faults& x_faults;
  operators::DecideConfig& x_decide;
  Seasons x_seasons;
};

}  // namespace

void read_decide(YamlSection& top, const Seasons& seasons, Faults& faults,
                 operators::DecideConfig& decide) {
  read_learning(top.section("decide"), decide);
  PlacementReader(top, seasons, faults, decide).read_all();
  if (decide.placements.size() > limits::kPlacementsMax) {
    top.fault(top.node(), "more than " + std::to_string(limits::kPlacementsMax) + " placements");
  }
}

}  // namespace rekindle::cli
