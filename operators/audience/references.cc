#include "operators/audience/references.h"

#include <algorithm>
#include <map>
#include <string>

namespace rekindle::operators::audience {
namespace {

// Depth first with its own stack: a chain may be as long as there are audiences.
class Walk {
 public:
  explicit Walk(const std::vector<Referrer>& audiences)
      : x_audiences(audiences), x_marks(audiences.size(), Mark::kNew) {
    for (uint32_t place = 0; place < audiences.size(); ++place) {
      x_places.emplace(audiences[place].audience, place);
    }
  }

  Result<std::vector<uint32_t>> run() {
    for (uint32_t place = 0; place < x_audiences.size(); ++place) {
      if (x_marks[place] != Mark::kNew) continue;
      enter(place);
      while (!x_path.empty()) {
        if (!step()) return circle();
      }
    }
    return std::move(x_order);
  }

 private:
  enum class Mark : uint8_t { kNew, kOnPath, kDone };
  struct Visit {
    uint32_t place;
    size_t next = 0;  // of its references
  };

  void enter(uint32_t place) {
    x_marks[place] = Mark::kOnPath;
    x_path.push_back({place});
  }

  // False when the path met itself; its first place is then in x_met.
  bool step() {
    Visit& visit = x_path.back();
    const std::vector<AudienceVersion>* const references = x_audiences[visit.place].references;
    if (references == nullptr || visit.next == references->size()) {
      x_marks[visit.place] = Mark::kDone;
      x_order.push_back(visit.place);
      x_path.pop_back();
      return true;
    }
    const auto found = x_places.find((*references)[visit.next++]);
    if (found == x_places.end()) return true;
    x_met = found->second;
    if (x_marks[x_met] == Mark::kOnPath) return false;
    if (x_marks[x_met] == Mark::kNew) enter(x_met);
    return true;
  }

  [[nodiscard]] Error circle() const {
    const auto first = std::find_if(x_path.begin(), x_path.end(),
                                    [this](const Visit& visit) { return visit.place == x_met; });
    std::string names;
    for (auto visit = first; visit != x_path.end(); ++visit) {
      names.append(x_audiences[visit->place].name).append(" → ");
    }
    names.append(x_audiences[x_met].name);
    return {ErrorCode::kInvalidExpression, "audiences refer to each other in a circle: " + names};
  }

  const std::vector<Referrer>& x_audiences;
  std::map<AudienceVersion, uint32_t> x_places;
  std::vector<Mark> x_marks;
  std::vector<Visit> x_path;
  std::vector<uint32_t> x_order;
  uint32_t x_met = 0;
};

}  // namespace

Result<std::vector<uint32_t>> evaluation_order(const std::vector<Referrer>& audiences) {
  return Walk(audiences).run();
}

}  // namespace rekindle::operators::audience
