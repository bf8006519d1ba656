#include "io/debug/debug_tap.h"

#include <algorithm>

#include "core/limits.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

bool fits(const std::string& wanted, std::string_view found) {
  return wanted.empty() || wanted == found;
}

void append_event(std::string& out, const ShownEvent& event) {
  out.append("data: ");
  JsonObject object(out);
  object.time("received_at", event.received_at.ms);
  object.text("source", event.source);
  object.text("verdict", event.verdict);
  for (const auto& [name, text] :
       {std::pair{"site", event.site}, std::pair{"visitor", event.visitor},
        std::pair{"type", event.type}, std::pair{"reason", event.reason},
        std::pair{"detail", event.detail}, std::pair{"raw", event.raw}}) {
    if (!text.empty()) object.text(name, text);
  }
  if (event.is_bot) object.boolean("bot", true);
  object.close();
  out.append("\n\n");
}

}  // namespace

bool DebugTap::Watcher::wants(const ShownEvent& event) const {
  return fits(x_filter.site, event.site) && fits(x_filter.visitor, event.visitor) &&
         fits(x_filter.type, event.type) && fits(x_filter.source, event.source) &&
         fits(x_filter.verdict, event.verdict);
}

void DebugTap::tell(const ShownEvent& event) {
  const std::lock_guard lock(x_mutex);
  for (Watcher* const watcher : x_watchers) {
    if (!watcher->wants(event) || watcher->x_passed++ % watcher->x_filter.every != 0) continue;
    if (watcher->x_text.size() >= limits::kDebugQueueBytesMax) {
      ++watcher->x_missed;
    } else {
      append_event(watcher->x_text, event);
    }
  }
}

bool DebugTap::add(Watcher& watcher) {
  const std::lock_guard lock(x_mutex);
  if (x_watchers.size() == limits::kDebugStreamsMax) return false;
  x_watchers.push_back(&watcher);
  x_watched.store(static_cast<uint32_t>(x_watchers.size()), std::memory_order_relaxed);
  return true;
}

void DebugTap::remove(Watcher& watcher) {
  const std::lock_guard lock(x_mutex);
  x_watchers.erase(std::remove(x_watchers.begin(), x_watchers.end(), &watcher), x_watchers.end());
  x_watched.store(static_cast<uint32_t>(x_watchers.size()), std::memory_order_relaxed);
}

uint64_t DebugTap::take(Watcher& watcher, std::string& out) {
  std::string text;
  uint64_t missed = 0;
  {
    const std::lock_guard lock(x_mutex);
    text.swap(watcher.x_text);
    missed = watcher.x_missed;
    watcher.x_missed = 0;
  }
  out.append(text);
  return missed;
}

}  // namespace rekindle::io
