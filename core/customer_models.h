// A model of a site's customers, as the engine sees it: counts them, fits from time to time, and
// gives the fit as bytes that the log carries to every partition. The maths lives in operators/clv;
// this is its seam.
//
// Thread: one at a time, off the event path; see core/customer_thread.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/visitor.h"

namespace rekindle {

struct SiteModel {
  SiteId site{};
  std::string model;
};

// The same as numbers, for people.
struct ModelFigure {
  std::string_view name;  // of a constant
  double value = 0;
};
struct DescribedModel {
  SiteId site{};
  std::vector<ModelFigure> figures;
};

class CustomerModels {
 public:
  virtual ~CustomerModels() = default;
  // A customer's totals changed from `before`, which has no orders if they are new.
  virtual void change(SiteId site, const Lifetime& before, const Lifetime& after) = 0;
  // A model that was in force when the process ended. True when it is the newest of its site, false
  // also when it cannot be read.
  [[nodiscard]] virtual bool restore(SiteId site, std::string_view model) = 0;
  // Fits where it is time to. Sites whose data allow no fit keep the model they have.
  struct Refit {
    std::vector<SiteModel> models;
    uint64_t failed = 0;
  };
  [[nodiscard]] virtual Refit refit(EventTime now) = 0;
  // What the bytes of a model say; nothing when they cannot be read. Pure; any thread at any time.
  [[nodiscard]] virtual std::vector<ModelFigure> describe(std::string_view model) const = 0;
};

}  // namespace rekindle
