// Groups what a visitor does into sessions: runs of events with gaps shorter than `idle`.
//
// In:    events done by the visitor (not what was shown to them); deadlines
// State: Visitor::session, the open one. An event within `idle` before its start moves the start
//        back; an older one belongs to no session, and so does one that is already `idle` old when
//        it arrives while none is open.
// Effects: a ClosedSession at the instant last + idle, or with the first later touch; of a crawler
//        (Profile::is_bot) none, so nobody learns from it. Its lines are
//        what the timeline then has of view_item, add_to_cart and purchase in [start, last]: at
//        most the newest limits::kSessionLinesMax of those.
//
// Runs before activity. A session closes only over events that arrived before the one being
// handled: that one is later than `last` (or lies outside), so it is no line of the closed session,
// and the timeline, which does not have it yet, shows exactly the session's own lines. After
// activity, the cap on entries could already have pushed one of them out in favour of the new
// event.
#include "operators/session.h"

#include <algorithm>
#include <array>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

constexpr std::array kLineTypes = {EventType::kViewItem, EventType::kAddToCart,
                                   EventType::kPurchase};

// The entries of one type inside a session, taken newest first.
struct Cursor {
  EventType type = EventType::kNone;
  std::span<const Timeline::Entry> left;
};

Cursor cursor_of(const Timeline& timeline, EventType type, const Session& session) {
  const Timeline::List* const list = timeline.find(type);
  if (list == nullptr) return {};
  const auto entries = list->entries();
  const auto first = std::partition_point(
      entries.begin(), entries.end(), [&](const auto& entry) { return entry.at < session.start; });
  const auto end = std::partition_point(
      first, entries.end(), [&](const auto& entry) { return entry.at <= session.last; });
  return {type, {first, end}};
}

// Appends an entry's items, last one first.
void add_lines(const Timeline& timeline, EventType type, const Timeline::Entry& entry,
               std::vector<SessionLine>& lines) {
  for (size_t i = entry.line_count; i-- > 0 && lines.size() < limits::kSessionLinesMax;) {
    const ItemKey& item = timeline.item_of(entry, i);
    lines.push_back({type, entry.at, item.product, item.category, item.brand});
  }
}

class Sessions final : public Operator {
 public:
  explicit Sessions(SessionConfig config) : x_config(config) {}

  [[nodiscard]] std::string_view name() const override { return "session"; }

  void on_event(Event& event, Context& context) override {
    Session& session = context.visitor().session;
    if (is_over(session, context.now())) close(context);
    if (done_by_visitor(event.type)) {
      if (is_over(session, event.at)) close(context);
      take(event, context);
    }
    if (session.open) context.wake_at(session.last + x_config.idle);
  }

  void on_deadline(Context& context) override {
    Session& session = context.visitor().session;
    if (is_over(session, context.now())) close(context);
    if (session.open) context.wake_at(session.last + x_config.idle);
  }

 private:
  [[nodiscard]] bool is_over(const Session& session, EventTime at) const {
    return session.open && session.last + x_config.idle <= at;
  }

  void take(const Event& event, Context& context) const {
    Session& session = context.visitor().session;
    const EventTime idle_after = event.at + x_config.idle;
    if (!session.open) {
      if (idle_after > context.now()) session = {event.at, event.at, 1, true};
      return;
    }
    if (idle_after <= session.start) return;
    session.start = std::min(session.start, event.at);
    session.last = std::max(session.last, event.at);
    ++session.events;
  }

  void close(Context& context) {
    Visitor& visitor = context.visitor();
    if (visitor.profile != nullptr && visitor.profile->is_bot()) {
      visitor.session = Session{};
      return;
    }
    x_closed.site = visitor.site;
    x_closed.visitor = visitor.key;
    x_closed.start = visitor.session.start;
    x_closed.end = visitor.session.last;
    collect_lines(visitor);
    visitor.session = Session{};
    context.close_session(x_closed);
  }

  // Merges the lists newest first, so that the bound keeps the newest; equal times in the order of
  // kLineTypes reversed, which turns into that order when the whole is turned round.
  void collect_lines(const Visitor& visitor) {
    std::array<Cursor, kLineTypes.size()> cursors;
    for (size_t i = 0; i < cursors.size(); ++i) {
      cursors[i] = cursor_of(visitor.timeline, kLineTypes[i], visitor.session);
    }
    x_closed.lines.clear();
    while (x_closed.lines.size() < limits::kSessionLinesMax) {
      Cursor* newest = nullptr;
      for (Cursor& cursor : cursors) {
        if (cursor.left.empty()) continue;
        if (newest == nullptr || cursor.left.back().at >= newest->left.back().at) {
          newest = &cursor;
        }
      }
      if (newest == nullptr) break;
      add_lines(visitor.timeline, newest->type, newest->left.back(), x_closed.lines);
      newest->left = newest->left.first(newest->left.size() - 1);
    }
    std::reverse(x_closed.lines.begin(), x_closed.lines.end());
  }

  SessionConfig x_config;
  ClosedSession x_closed;  // its lines' memory is reused; nothing is kept from one to the next
};

}  // namespace

std::unique_ptr<Operator> make_session(SessionConfig config) {
  return std::make_unique<Sessions>(config);
}

}  // namespace rekindle::operators
