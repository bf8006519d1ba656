// What a WebSocket is asked besides taking events: to follow audiences and decisions, and to
// decide.
#include "core/limits.h"
#include "io/decide_query.h"
#include "io/verdict.h"
#include "io/websocket_connection.h"

namespace rekindle::io {

void WebSocketConnection::take_control(const ControlFrame& control) {
  const uint64_t ticket = x_answers.open();
  if (const auto* subscription = std::get_if<SubscribeFrame>(&control)) {
    return subscribe(*subscription, ticket);
  }
  if (const auto* question = std::get_if<DecideFrame>(&control)) return decide(*question, ticket);
  end_subscription();
  answer(ticket, "{\"ack\":" + std::to_string(ticket + 1) + ",\"unsubscribed\":true}");
}

void WebSocketConnection::subscribe(const SubscribeFrame& frame, uint64_t ticket) {
  std::string text;
  JsonObject object(text);
  object.number("ack", ticket + 1);
  object.boolean("subscribed", true);
  if (!frame.audiences.empty() && !allows(Scope::kAudiencesRead, ticket)) return;
  if (!frame.decisions.empty() && !allows(Scope::kDecide, ticket)) return;
  auto live = make_live(frame.decisions);
  if (!live) return reject(ticket, live.error());
  std::unique_ptr<Subscription> subscription;
  if (!frame.audiences.empty()) {
    auto made = make_subscription(frame);
    if (!made) return reject(ticket, made.error());
    subscription = *std::move(made);
    object.text("cursor", subscription->cursor().text());
  }
  object.close();
  end_subscription();
  if (auto begun = begin(std::move(subscription), *std::move(live)); !begun) {
    return reject(ticket, begun.error());
  }
  answer(ticket, text);
}

using Live = std::shared_ptr<LiveDecision>;

Result<std::vector<Live>> WebSocketConnection::make_live(
    const std::vector<DecideRequest>& requests) {
  std::vector<Live> live;
  for (const DecideRequest& request : requests) {
    // It is ended before this connection goes.
    auto made = LiveDecision::make(x_thread, x_access, request, [this](std::string_view decision) {
      if (!has_room()) return false;
      queue("{\"decisions\":[" + std::string(decision) + "]}");
      return true;
    });
    if (!made) return made.error();
    live.push_back(*std::move(made));
  }
  return live;
}

Result<void> WebSocketConnection::begin(std::unique_ptr<Subscription> subscription,
                                        std::vector<Live> live) {
  for (Live& decision : live) {
    if (!x_thread.begin_live_decision()) {
      end_subscription();
      return rekindle::Error{ErrorCode::kOverloaded, "too many live decisions"};
    }
    x_live.push_back(std::move(decision));
  }
  if (subscription != nullptr) {
    x_subscription = std::move(subscription);
    if (!x_thread.followers().add(*x_subscription)) {
      x_subscription.reset();
      end_subscription();
      return rekindle::Error{ErrorCode::kOverloaded, "too many followers"};
    }
  }
  for (const Live& decision : x_live) decision->start();
  return {};
}

Result<std::unique_ptr<WebSocketConnection::Subscription>> WebSocketConnection::make_subscription(
    const SubscribeFrame& frame) {
  auto filter = AudienceFilter::make(frame.audiences, x_thread.engine().rules());
  if (!filter) return filter.error();
  filter->confine(x_access.site());
  auto cursor = ChangesCursor::parse(frame.after, x_thread.engine());
  if (!cursor) return cursor.error();
  return std::make_unique<Subscription>(*this, *std::move(cursor), *std::move(filter));
}

void WebSocketConnection::decide(const DecideFrame& frame, uint64_t ticket) {
  if (!allows(Scope::kDecide, ticket)) return;
  const auto asked = DecideQuery::ask(
      x_thread, x_access, frame.request, false,
      [self = boost::intrusive_ptr<WebSocketConnection>(this), ticket](const auto& decision) {
        if (!decision) return self->reject(ticket, decision.error());
        std::string text;
        JsonObject object(text);
        object.number("ack", ticket + 1);
        append_answer(object.key("decision"), *decision);
        object.close();
        self->answer(ticket, text);
      });
  if (!asked) reject(ticket, asked.error());
}

bool WebSocketConnection::has_room() const {
  return x_is_open && !x_closing && !x_stopping && x_queue_bytes < limits::kSendQueueBytesMax / 2;
}

bool WebSocketConnection::Subscription::has_room() const {
  return x_owner.has_room();
}

void WebSocketConnection::Subscription::deliver(std::string_view changes, size_t) {
  std::string frame;
  frame.reserve(changes.size() + 256);
  frame.append("{\"changes\":[").append(changes).append("],\"cursor\":");
  append_json_string(frame, cursor().text());
  frame.push_back('}');
  x_owner.queue(std::move(frame));
}

void WebSocketConnection::end_subscription() {
  if (x_subscription) x_thread.followers().remove(*x_subscription);
  x_subscription.reset();
  for (const Live& decision : x_live) {
    decision->end();
    x_thread.end_live_decision();
  }
  x_live.clear();
}

void WebSocketConnection::Subscription::on_gone(const rekindle::Error& error) {
  std::string frame;
  JsonObject object(frame);
  append_error(object.key("error"), error);
  object.close();
  x_owner.queue(std::move(frame));
  x_owner.end_subscription();  // deletes this; the client may subscribe again, from a snapshot
}

}  // namespace rekindle::io
