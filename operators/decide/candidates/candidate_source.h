// A candidate source: one way to think of products for a visitor. Adding one: a file here and a
// line in catalog.cc.
#pragma once

#include <memory>
#include <string_view>

#include "operators/decide/decide_view.h"
#include "operators/decide/placement_config.h"
#include "operators/decide/slate.h"

namespace rekindle::operators {

// Thread: any, concurrently; a source keeps no state beside its configuration.
class CandidateSource {
 public:
  virtual ~CandidateSource() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Proposes products, best first, until the slate is full; at most limits::kCandidatesMax. Returns
  // why it put none on the slate (a clause for people), or nothing if it did.
  [[nodiscard]] virtual std::string_view propose(const DecideView& view, Slate& slate) const = 0;
};

using CandidateSourcePtr = std::unique_ptr<const CandidateSource>;

}  // namespace rekindle::operators
