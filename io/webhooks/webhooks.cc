#include "io/webhooks/webhooks.h"

#include <spdlog/spdlog.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <algorithm>
#include <mutex>
#include <thread>

#include "core/clock.h"
#include "core/thread_role.h"
#include "io/webhooks/webhook_target.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int64_t kStoreRetryMs = 1'000;  // after a failed save

int64_t monotonic_ms() {
  return monotonic_ns() / 1'000'000;
}

void warn_of_unknown_audiences(const Engine& engine, const WebhookConfig& config) {
  const Rules rules = engine.rules();
  for (const std::string& name : config.audiences) {
    if (name != "*" && rules.find(name) == nullptr) {
      spdlog::warn("webhook waits for an audience that is not defined name={} audience={}",
                   config.name, name);
    }
  }
}

}  // namespace

struct Webhooks::Parts {
  using Executor = asio::io_context::executor_type;
  using Clock = std::chrono::steady_clock;
  using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

  Parts(Engine& server_engine, Doorbell& feed_bell)
      : engine(server_engine), bell(feed_bell), bell_fd(context.get_executor(), feed_bell.fd()) {}
  ~Parts() { bell_fd.release(); }  // the Doorbell closes it

  void run();
  void look();
  void save(const std::vector<WebhookTarget*>& saving);
  void sleep();
  void listen_to_bell();
  void publish();

  Engine& engine;
  Doorbell& bell;
  asio::io_context context{1};
  asio::posix::basic_stream_descriptor<Executor> bell_fd;
  Timer timer{context.get_executor()};
  uint64_t rings = 0;
  int64_t save_not_before_ms = 0;
  std::vector<std::unique_ptr<WebhookTarget>> targets;
  std::thread thread;
  mutable std::mutex mutex;  // of what follows
  std::vector<WebhookStatus> shown;
  std::vector<ChangesCursor> delivered;
};

Webhooks::Webhooks(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}

Webhooks::~Webhooks() {
  stop();
}

Result<std::unique_ptr<Webhooks>> Webhooks::make(Engine& engine,
                                                 const std::vector<WebhookConfig>& configs,
                                                 Doorbell& bell) {
  auto parts = std::make_unique<Parts>(engine, bell);
  for (const WebhookConfig& config : configs) {
    auto target = WebhookTarget::make(engine, config);
    if (!target) {
      return Error{target.error().code, "webhook " + config.name + ": " + target.error().detail};
    }
    warn_of_unknown_audiences(engine, config);
    parts->targets.push_back(*std::move(target));
  }
  parts->publish();
  return std::unique_ptr<Webhooks>(new Webhooks(std::move(parts)));
}

void Webhooks::start() {
  if (x_parts->targets.empty()) return;
  x_parts->thread = std::thread([parts = x_parts.get()] { parts->run(); });
}

void Webhooks::stop() {
  if (!x_parts->thread.joinable()) return;
  x_parts->context.stop();
  x_parts->thread.join();
  std::vector<WebhookTarget*> saving;
  for (const auto& target : x_parts->targets) {
    if (!target->is_saved()) saving.push_back(target.get());
  }
  if (!saving.empty()) x_parts->save(saving);
}

std::vector<WebhookStatus> Webhooks::status() const {
  const std::lock_guard lock(x_parts->mutex);
  std::vector<WebhookStatus> shown = x_parts->shown;
  for (size_t i = 0; i < shown.size(); ++i) {
    const ChangesCursor& delivered = x_parts->delivered[i];
    for (uint32_t p = 0; p < delivered.partitions(); ++p) {
      const uint64_t last = x_parts->engine.last_change(PartitionId{static_cast<uint16_t>(p)});
      shown[i].behind += std::max(last, delivered[p]) - delivered[p];
    }
  }
  return shown;
}

// --- the thread ----------------------------------------------------------------------------------

void Webhooks::Parts::run() {
  begin_thread("rk-webhooks", ThreadRole::kBackground);
  listen_to_bell();
  look();
  context.run();
}

void Webhooks::Parts::listen_to_bell() {
  bell_fd.async_read_some(asio::buffer(&rings, sizeof(rings)), [this](error_code error, size_t) {
    if (error) return;
    listen_to_bell();
    look();
  });
}

// One round: cut, save, send, and sleep until there is something to do.
void Webhooks::Parts::look() {
  bell.cancel_sleep();
  const int64_t now = monotonic_ms();
  std::vector<WebhookTarget*> saving;
  for (const auto& target : targets) {
    if (target->step(now)) saving.push_back(target.get());
  }
  if (!saving.empty() && now >= save_not_before_ms) save(saving);
  for (const auto& target : targets) {
    if (target->wants_to_send(now)) target->send(context, [this] { look(); });
  }
  publish();
  sleep();
}

void Webhooks::Parts::save(const std::vector<WebhookTarget*>& saving) {
  StateBatch batch;
  for (WebhookTarget* target : saving) target->save(batch);
  auto saved = engine.log().sync();
  if (saved) saved = engine.store().write(batch);
  if (!saved) {
    save_not_before_ms = monotonic_ms() + kStoreRetryMs;
    return spdlog::error("webhooks cannot save how far they came error=\"{}\"",
                         to_string(saved.error()));
  }
  for (WebhookTarget* target : saving) target->saved();
}

void Webhooks::Parts::sleep() {
  bell.announce_sleep();  // before looking whether there is something to do
  int64_t wake = INT64_MAX;
  bool listens = false;
  for (const auto& target : targets) {
    wake = std::min(wake, target->wakes_at());
    listens = listens || target->waits_for_news();
  }
  if (!listens) bell.cancel_sleep();  // or every commit would wake us for what a timer will do
  timer.cancel();
  if (wake == INT64_MAX) return;
  wake = std::max(wake, save_not_before_ms);
  timer.expires_after(std::chrono::milliseconds(std::max<int64_t>(wake - monotonic_ms(), 0)));
  timer.async_wait([this](error_code error) {
    if (!error) look();
  });
}

void Webhooks::Parts::publish() {
  const std::lock_guard lock(mutex);
  shown.clear();
  delivered.clear();
  for (const auto& target : targets) {
    shown.push_back(target->status());
    delivered.push_back(target->delivered());
  }
}

}  // namespace rekindle::io
