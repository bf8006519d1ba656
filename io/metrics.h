// All counters of the process as Prometheus metrics: shards, intake, io threads, stores. Read when
// asked; nothing is kept twice. prometheus-cpp stays in the source file.
#pragma once

#include <string>
#include <vector>

#include "core/engine.h"
#include "io/access/keyring.h"
#include "io/bots/bot_door.h"
#include "io/consent/consent_door.h"
#include "io/intake.h"
#include "io/io_counters.h"
#include "io/webhooks/webhooks.h"

namespace rekindle::io {

// Thread: watch() before the io threads start; text() on any.
class Metrics {
 public:
  Metrics(Engine& engine, const IntakeCounters& intake) : x_engine(engine), x_intake(intake) {}

  void watch(const IoCounters& counters) { x_io.push_back(&counters); }
  void watch(const Webhooks& webhooks) { x_webhooks = &webhooks; }
  void watch(const Keyring& keyring) { x_keyring = &keyring; }
  void watch(const ConsentDoor& door) { x_door = &door; }
  void watch(const BotDoor& bots) { x_bots = &bots; }
  [[nodiscard]] std::string text() const;

 private:
  Engine& x_engine;
  const IntakeCounters& x_intake;
  std::vector<const IoCounters*> x_io;
  const Webhooks* x_webhooks = nullptr;  // null: none
  const Keyring* x_keyring = nullptr;    // null: none
  const ConsentDoor* x_door = nullptr;   // null: none
  const BotDoor* x_bots = nullptr;       // null: none
};

}  // namespace rekindle::io
