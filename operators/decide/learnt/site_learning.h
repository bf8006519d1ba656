// All that is learnt of one site: the sessions that are kept, and every index counted from them.
//
// What it holds is a matter of the set of sessions that came, not of their order, so partitions may
// be read in any order and a replay gives the same bytes; only forget() leaves a trace, in that
// what had left for want of room before does not come back.
#pragma once

#include <memory>
#include <vector>

#include "operators/decide/learnt/bestsellers.h"
#include "operators/decide/learnt/learnt_index.h"
#include "operators/decide/learnt/sequential_rules.h"
#include "operators/decide/learnt/session_store.h"

namespace rekindle::operators {

struct LearningConfig {
  SessionBounds sessions;
  size_t memory_bytes_max = size_t{1} << 30;  // over it the oldest sessions are forgotten
  Duration half_life = days(14);              // of bestsellers; at least one minute
  Duration trending_half_life = days(1);      // at least one minute
  Duration pairs_half_life = days(60);        // of what comes together; at least one minute
  BestsellerWeights weights;                  // each 0 (not counted) … DecayScale::kWeightMax
  RulesConfig rules;
};

// Thread: the model's.
class SiteLearning {
 public:
  SiteLearning(const LearningConfig& config, std::shared_ptr<const ProductCatalog> catalog);

  void learn(const ClosedSession& session);
  size_t forget(const VisitorKey& visitor);  // the number of sessions
  [[nodiscard]] SiteModel publish();
  // What is learnt from then on is read with it, and publish() gives it.
  void set_catalog(std::shared_ptr<const ProductCatalog> catalog) {
    x_catalog = std::move(catalog);
  }

  [[nodiscard]] const SessionStore& store() const { return x_store; }
  [[nodiscard]] size_t memory_bytes() const;

  // learnt_format.h. restore_from() takes over a store that was read before. All else is counted
  // anew from it when next something is learnt, forgotten or published: a start need not wait.
  void encode(ByteWriter& writer) const { x_store.encode(writer); }
  void restore_from(SessionStore&& store);
  [[nodiscard]] const LearningConfig& config() const { return x_config; }

 private:
  void take_out(const LearntSession& session, bool expired);
  void keep_bounds();
  void refit();
  void learn_all(LearntIndex& index);
  void count_restored();

  LearningConfig x_config;
  std::shared_ptr<const ProductCatalog> x_catalog;
  SessionStore x_store;
  std::vector<std::unique_ptr<LearntIndex>> x_indexes;
  bool x_is_counted = true;  // x_indexes hold what x_store has
};

}  // namespace rekindle::operators
