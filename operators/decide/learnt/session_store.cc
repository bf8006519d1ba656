#include "operators/decide/learnt/session_store.h"

#include <algorithm>

#include "core/assert.h"

namespace rekindle::operators {
namespace {

constexpr SessionSlot kNone = 0xffffffff;

uint32_t kind_of(EventType type) {
  return type == EventType::kViewItem ? 0 : type == EventType::kAddToCart ? 1 : 2;
}

bool is_learnt(EventType type) {
  return type == EventType::kViewItem || type == EventType::kAddToCart ||
         type == EventType::kPurchase;
}

// Sessions of more than 49 days have their last lines at this offset.
uint32_t offset_of(EventTime at, EventTime start) {
  return static_cast<uint32_t>(std::clamp<int64_t>((at - start).ms, 0, 0xffffffff));
}

void mark_last(LearntSession& session) {
  session.products = 0;
  std::vector<NameNumber> seen;
  for (size_t i = session.lines.size(); i-- > 0;) {
    LearntLine& line = session.lines[i];
    line.is_last = std::find(seen.begin(), seen.end(), line.product) == seen.end();
    if (!line.is_last) continue;
    seen.push_back(line.product);
    ++session.products;
  }
}

bool in_range(EventTime at) {
  return at >= kEventTimeMin && at <= kEventTimeMax;
}

}  // namespace

const LearntSession* SessionStore::add(const ClosedSession& closed, const ProductCatalog& catalog) {
  if (!in_range(closed.start) || !in_range(closed.end) || closed.end < closed.start) return nullptr;
  LearntSession session;
  session.visitor = closed.visitor;
  session.start = closed.start;
  session.end = closed.end;
  LearntSession horizon;
  horizon.end = x_horizon.end;
  horizon.visitor = x_horizon.visitor;
  horizon.start = x_horizon.start;
  if (!is_older(horizon, session) || is_there(session)) return nullptr;
  const auto names_product = [](const SessionLine& line) {
    return is_learnt(line.type) && line.product != kNoName;
  };
  const auto lines = std::count_if(closed.lines.begin(), closed.lines.end(), names_product);
  if (lines == 0) return nullptr;
  session.lines.reserve(static_cast<size_t>(lines));
  for (const SessionLine& line : closed.lines) {
    if (!names_product(line)) continue;
    NameHash category = line.category;
    NameHash brand = line.brand;
    if (category == kNoName || brand == kNoName) {
      const Product* product = catalog.find(line.product);
      if (product != nullptr && category == kNoName) category = product->category_hash;
      if (product != nullptr && brand == kNoName) brand = product->brand_hash;
    }
    LearntLine kept;
    kept.product = x_names.use(line.product);
    kept.category = x_names.use(category) & 0x1fffffff;
    kept.brand = x_names.use(brand);
    kept.kind = kind_of(line.type) & 3;
    kept.ms = offset_of(line.at, session.start);
    if (!session.lines.empty()) kept.ms = std::max(kept.ms, session.lines.back().ms);
    session.lines.push_back(kept);
  }
  return insert(std::move(session));
}

const LearntSession* SessionStore::insert(LearntSession&& session) {
  mark_last(session);
  if (x_free.empty()) {
    session.slot = static_cast<SessionSlot>(x_sessions.size());
    x_sessions.grow(x_sessions.size() + 1);
    x_next_of.push_back(kNone);
  } else {
    session.slot = x_free.back();
    x_free.pop_back();
  }
  x_lines += session.lines.size();
  auto& place = x_sessions.change(session.slot);
  place = std::make_shared<const LearntSession>(std::move(session));
  x_by_recency.insert(RecencyEntry::of(*place), x_sessions);
  link(*place);
  return place.get();
}

bool SessionStore::is_there(const LearntSession& session) const {
  const auto first = x_first_of.find(session.visitor);
  if (first == x_first_of.end()) return false;
  for (SessionSlot slot = first->second; slot != kNone; slot = x_next_of[slot]) {
    const LearntSession& other = *x_sessions[slot];
    if (other.start == session.start && other.end == session.end) return true;
  }
  return false;
}

void SessionStore::link(const LearntSession& session) {
  const auto [first, is_new] = x_first_of.emplace(session.visitor, session.slot);
  x_next_of[session.slot] = is_new ? kNone : first->second;
  first->second = session.slot;
}

void SessionStore::unlink(const LearntSession& session) {
  const auto first = x_first_of.find(session.visitor);
  RK_ASSERT(first != x_first_of.end());
  SessionSlot* at = &first->second;
  while (*at != session.slot) at = &x_next_of[*at];
  *at = x_next_of[session.slot];
  if (first->second == kNone) x_first_of.erase(first);
}

const LearntSession* SessionStore::oldest() const {
  return x_by_recency.empty() ? nullptr : x_sessions[x_by_recency.oldest().slot()].get();
}

EventTime SessionStore::newest_end() const {
  if (x_by_recency.empty()) return EventTime::before_all();
  return x_sessions[x_by_recency.newest().slot()]->end;
}

const LearntSession* SessionStore::over_bounds() const {
  const LearntSession* session = oldest();
  if (session == nullptr) return nullptr;
  const bool is_over =
      size() > x_bounds.sessions_max || session->end + x_bounds.age_max < newest_end();
  return is_over ? session : nullptr;
}

void SessionStore::remove(const LearntSession& session, bool expired) {
  if (expired) x_horizon = {session.end, session.visitor, session.start};
  unlink(session);
  x_by_recency.remove(RecencyEntry::of(session), x_sessions);
  for (const LearntLine& line : session.lines) {
    x_names.release(line.product);
    x_names.release(line.category);
    x_names.release(line.brand);
  }
  x_lines -= session.lines.size();
  x_free.push_back(session.slot);
  x_sessions.change(session.slot) = nullptr;  // the last use of `session`
}

std::vector<const LearntSession*> SessionStore::of(const VisitorKey& visitor) const {
  std::vector<const LearntSession*> found;
  const auto first = x_first_of.find(visitor);
  if (first == x_first_of.end()) return found;
  for (SessionSlot slot = first->second; slot != kNone; slot = x_next_of[slot]) {
    found.push_back(x_sessions[slot].get());
  }
  return found;
}

size_t SessionStore::memory_bytes() const {
  constexpr size_t kSlot = sizeof(std::shared_ptr<LearntSession>) + sizeof(SessionSlot);
  constexpr size_t kVisitor = 2 * sizeof(std::pair<VisitorKey, SessionSlot>);
  constexpr size_t kName = 16 + 4 * sizeof(NameNumber);
  return size() * (sizeof(LearntSession) + 2 * sizeof(void*) + kSlot + sizeof(RecencyEntry)) +
         x_first_of.size() * kVisitor + x_lines * sizeof(LearntLine) + x_names.size() * kName;
}

}  // namespace rekindle::operators
