// Session-based nearest neighbours: the sessions like the visitor's, and what else was in them.
//
// VMIS-kNN (Kersbergen, Sprangers, Schelter, "Serenade", SIGMOD 2022) finds the candidates: of all
// sessions that share a product with the visitor's, the `recent` newest. It stops early, because a
// product's sessions are kept from the newest on; here the lists of all products are merged newest
// first, so no session is met twice. The weightings are those of V-SKNN (Ludewig, Jannach 2018) and
// of STAN and VSTAN (Garg et al. 2019; Ludewig et al. 2021); knn_config.h has them as one formula.
//
// Bounds: a decision reads at most `recent` list entries of each of `items` products, and the lines
// of `neighbours` sessions. An entry takes 8 bytes a session and product.
#pragma once

#include <span>
#include <vector>

#include "operators/decide/learnt/knn_config.h"
#include "operators/decide/learnt/learnt_index.h"
#include "operators/decide/learnt/recency_list.h"

namespace rekindle::operators {

struct ScoredProduct {
  NameHash product = kNoName;
  double score = 0;
};
// Of equal ones the one with the smaller hash.
[[nodiscard]] inline bool is_better(const ScoredProduct& a, const ScoredProduct& b) {
  return a.score != b.score ? a.score > b.score : a.product < b.product;
}

// What decisions read. Thread: immutable copies, any.
struct KnnModel {
  NameNumbers names;
  SessionSlots sessions;
  CowVector<Versioned<RecencyList>*, 64> sessions_of;  // by product's number; null: none
  CowVector<uint32_t, 64> lines_of;                    // by product's number
  size_t sessions_count = 0;
  size_t pairs = 0;  // of a session and a product in it

  [[nodiscard]] const RecencyList* sessions_with(NameNumber product) const {  // null: none
    if (product >= sessions_of.size() || sessions_of[product] == nullptr) return nullptr;
    return &sessions_of[product]->value;
  }
};

// The best `most` products after `session` (oldest first, a product may repeat), best first, equal
// ones by hash. What lies in `session` may be among them. Thread: any; keeps its working memory per
// thread.
[[nodiscard]] std::vector<ScoredProduct> nearest_sessions(const KnnModel& model,
                                                          std::span<const NameHash> session,
                                                          EventTime now, const KnnConfig& config,
                                                          size_t most);
// The same ones, in no order.
[[nodiscard]] std::vector<ScoredProduct> nearest_in_no_order(const KnnModel& model,
                                                             std::span<const NameHash> session,
                                                             EventTime now, const KnnConfig& config,
                                                             size_t most);

class SessionKnn final : public LearntIndex {
 public:
  SessionKnn() = default;
  ~SessionKnn() override { reset({}); }

  void learn(const LearntSession& session, const SessionStore& store) override;
  void forget(const LearntSession& session, const SessionStore& store) override;
  [[nodiscard]] bool fits(EventTime) const override { return true; }
  void reset(EventTime newest) override;
  void publish(const SessionStore& store, SiteModel& model) override;
  [[nodiscard]] size_t memory_bytes() const override;

  // As publish() hands it out. Shares with what is learnt later only what does not change.
  [[nodiscard]] KnnModel model(const SessionStore& store) const;

 private:
  [[nodiscard]] RecencyList& changed(NameNumber product);
  void drop(NameNumber product);
  void make_ready(const LearntSession& session);

  KnnModel x_model;  // names and sessions are filled when it is handed out
  size_t x_products = 0;
};

}  // namespace rekindle::operators
