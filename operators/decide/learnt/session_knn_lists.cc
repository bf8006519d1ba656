// How sessions come into, and leave, the lists that session_knn.cc searches.
#include "operators/decide/learnt/session_knn.h"
#include "operators/decide/learnt/session_store.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {

// Made, or of the writer's own, to be changed in place.
RecencyList& SessionKnn::changed(NameNumber product) {
  Versions& versions = x_model.sessions_of.versions();
  Versioned<RecencyList>*& list = x_model.sessions_of.change(product);
  if (list == nullptr) {
    list = new Versioned<RecencyList>{versions.now(), {}};
    ++x_products;
  } else if (list->made != versions.now()) {
    const auto* const old = list;
    list = new Versioned<RecencyList>{versions.now(), old->value};
    versions.retire(old, old->made);
  }
  return list->value;
}

void SessionKnn::drop(NameNumber product) {
  Versioned<RecencyList>*& list = x_model.sessions_of.change(product);
  x_model.sessions_of.versions().retire(list, list->made);
  list = nullptr;
  --x_products;
}

// The lists that will change: each lies somewhere else in memory, and so the waits overlap.
void SessionKnn::make_ready(const LearntSession& session) {
  for (const LearntLine& line : session.lines) {
    x_model.sessions_of.fetch(line.product);
    x_model.lines_of.fetch(line.product);
  }
  for (const LearntLine& line : session.lines) {
    if (line.is_last) changed(line.product).fetch_blocks();
  }
  for (const LearntLine& line : session.lines) {
    if (line.is_last) x_model.sessions_with(line.product)->fetch_entries();
  }
}

void SessionKnn::learn(const LearntSession& session, const SessionStore& store) {
  x_model.sessions_of.grow(store.names().bound());
  x_model.lines_of.grow(store.names().bound());
  ++x_model.sessions_count;
  x_model.pairs += session.products;
  const RecencyEntry entry = RecencyEntry::of(session);
  make_ready(session);
  for (const LearntLine& line : session.lines) {
    ++x_model.lines_of.change(line.product);
    if (line.is_last) changed(line.product).insert(entry, store.sessions());
  }
}

void SessionKnn::forget(const LearntSession& session, const SessionStore& store) {
  --x_model.sessions_count;
  x_model.pairs -= session.products;
  const RecencyEntry entry = RecencyEntry::of(session);
  make_ready(session);
  for (const LearntLine& line : session.lines) {
    --x_model.lines_of.change(line.product);
    if (!line.is_last) continue;
    RecencyList& list = changed(line.product);
    list.remove(entry, store.sessions());
    if (list.empty()) drop(line.product);
  }
}

void SessionKnn::reset(EventTime) {
  for (size_t product = 0; product < x_model.sessions_of.size(); ++product) {
    if (x_model.sessions_of[product] != nullptr) drop(static_cast<NameNumber>(product));
  }
  x_model = {};
}

KnnModel SessionKnn::model(const SessionStore& store) const {
  KnnModel model = x_model;
  model.names = store.names();
  model.sessions = store.sessions();
  return model;
}

void SessionKnn::publish(const SessionStore& store, SiteModel& model) {
  model.knn = this->model(store);
}

size_t SessionKnn::memory_bytes() const {
  constexpr size_t kList = sizeof(RecencyList) + 6 * sizeof(void*) + 3 * sizeof(void*);
  return x_products * (sizeof(std::shared_ptr<RecencyList>) + sizeof(uint32_t) + kList) +
         x_model.pairs * sizeof(RecencyEntry) * 3 / 2;
}

}  // namespace rekindle::operators
