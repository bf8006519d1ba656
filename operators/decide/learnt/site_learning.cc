#include "operators/decide/learnt/site_learning.h"

#include "operators/decide/learnt/cooccurrence.h"
#include "operators/decide/learnt/session_knn.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {

SiteLearning::SiteLearning(const LearningConfig& config,
                           std::shared_ptr<const ProductCatalog> catalog)
    : x_config(config), x_catalog(std::move(catalog)), x_store(config.sessions) {
  const auto add = [&](auto index) { x_indexes.push_back(std::move(index)); };
  const Duration fade = config.pairs_half_life;
  add(std::make_unique<Bestsellers>(config.half_life, config.weights, &SiteModel::bestsellers));
  add(std::make_unique<Bestsellers>(config.trending_half_life, config.weights,
                                    &SiteModel::trending));
  add(std::make_unique<SessionKnn>());
  add(std::make_unique<SequentialRules>(config.rules));
  add(std::make_unique<Cooccurrence>(CooccurrenceConfig{kViewed, kViewed, false, fade},
                                     &SiteModel::viewed_together));
  add(std::make_unique<Cooccurrence>(CooccurrenceConfig{kCarted, kCarted, false, fade},
                                     &SiteModel::carted_together));
  add(std::make_unique<Cooccurrence>(CooccurrenceConfig{kBought, kBought, true, fade},
                                     &SiteModel::bought_together));
  add(std::make_unique<Cooccurrence>(CooccurrenceConfig{kViewed, kBought, false, fade},
                                     &SiteModel::viewed_then_bought));
  add(std::make_unique<Repurchases>());
}

void SiteLearning::learn(const ClosedSession& session) {
  count_restored();
  const LearntSession* added = x_store.add(session, *x_catalog);
  if (added == nullptr) return;
  const EventTime newest = x_store.newest_end();
  for (const auto& index : x_indexes) {
    if (index->fits(newest)) {
      index->learn(*added, x_store);
    } else {
      index->reset(newest);
      learn_all(*index);
    }
  }
  keep_bounds();
}

void SiteLearning::keep_bounds() {
  bool is_out = false;
  while (const LearntSession* session = x_store.over_bounds()) {
    take_out(*session, true);
    is_out = true;
  }
  while (x_store.size() > 1 && memory_bytes() > x_config.memory_bytes_max) {
    take_out(*x_store.oldest(), true);
    is_out = true;
  }
  if (is_out) refit();
}

size_t SiteLearning::forget(const VisitorKey& visitor) {
  count_restored();
  const std::vector<const LearntSession*> sessions = x_store.of(visitor);
  for (const LearntSession* session : sessions) take_out(*session, false);
  refit();
  return sessions.size();
}

void SiteLearning::take_out(const LearntSession& session, bool expired) {
  for (const auto& index : x_indexes) index->forget(session, x_store);
  x_store.remove(session, expired);
}

void SiteLearning::refit() {
  const EventTime newest = x_store.newest_end();
  for (const auto& index : x_indexes) {
    if (index->fits(newest)) continue;
    index->reset(newest);
    learn_all(*index);
  }
}

void SiteLearning::learn_all(LearntIndex& index) {
  for (auto walk = x_store.by_recency().newest_first(); !walk.at_end(); walk.next()) {
    index.learn(*x_store.sessions()[(*walk).slot()], x_store);
  }
}

SiteModel SiteLearning::publish() {
  count_restored();
  SiteModel model;
  model.catalog = x_catalog;
  for (const auto& index : x_indexes) index->publish(x_store, model);
  return model;
}

size_t SiteLearning::memory_bytes() const {
  size_t bytes = x_store.memory_bytes();
  for (const auto& index : x_indexes) bytes += index->memory_bytes();
  return bytes;
}

void SiteLearning::restore_from(SessionStore&& store) {
  x_store = std::move(store);
  x_is_counted = false;
}

void SiteLearning::count_restored() {
  if (x_is_counted) return;
  x_is_counted = true;
  for (const auto& index : x_indexes) {
    index->reset(x_store.newest_end());
    learn_all(*index);
  }
  keep_bounds();
}

}  // namespace rekindle::operators
