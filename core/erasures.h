// Erasing visitors, from the request to the last byte, across kills.
//
//   accepted  at once: the partition logs that the visitor is no more, their state is gone, and the
//             change feed tells that they left every audience (`erased`). Their name stays in the
//             log for EngineConfig::erasure_feed_time, so that whoever follows can follow.
//   running   the partition is checkpointed past that record, so that no recovery needs what comes
//             before it; persons (core/identity_book.h) and the model forget them; one pass over
//             the log, for all who are due, takes them out of it (core/log_eraser.h)
//   clearing  the row that knew whom it was about is overwritten; files with old bytes are
//   rewritten complete  a receipt is left that names nobody
//
// Each step is stored before the next, and each may be done again; a kill costs a repetition.
//
// Thread: open() the engine's, before traffic; step() a thread of its own, or the caller's without
// threads; the rest any.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/erasure.h"
#include "core/log.h"
#include "core/site.h"
#include "core/state_store.h"

namespace rekindle {

struct EngineConfig;
class IdentityThread;
class ModelThread;
class Shard;

// Made by the front door: the receipt's id, the secret that only the receipt says, and the hash of
// both and the name (docs/privacy.md).
struct ErasureRequest {
  std::string id;
  SiteId site{};
  std::string name;
  std::string secret;
  std::string proof;
};

struct ErasureTotals {
  uint64_t under_way = 0;
  uint64_t overdue = 0;   // of them, later than promised
  uint64_t complete = 0;  // since the start
};

class Erasures {
 public:
  enum class Step : uint8_t { kIdle, kWaiting, kDone };
  struct Environment {
    const EngineConfig& config;
    Log& log;
    StateStore& store;
    const Clock& clock;
    const Sites& sites;
    ModelThread* model;  // may be null
    IdentityThread& identity;
    const std::function<void(const Error&)>& on_trouble;
    const std::atomic<bool>& failed;
    // Runs a function on a shard's thread and waits.
    std::function<Result<void>(size_t, const std::function<Result<void>(Shard&)>&)> on_shard;
  };
  explicit Erasures(Environment environment);
  ~Erasures();  // ends the thread

  // Reads what is stored, and erases in the partitions whoever a kill came before.
  [[nodiscard]] Result<void> open();
  void start();
  void end_thread();
  // One pass over what is due, if anything is. kWaiting: for a checkpoint.
  [[nodiscard]] Result<Step> step();

  // Returns once the visitor's state is gone, with the receipt; that of an earlier request when it
  // is under way and nobody of the name has come since. Errors: kUnknownSite, kInvalidArgument
  // (name), kOverloaded, kStoreFailed.
  [[nodiscard]] Result<Erasure> accept(const ErasureRequest& request);
  [[nodiscard]] std::optional<ErasureReceipt> find(std::string_view id) const;
  [[nodiscard]] ErasureTotals totals() const;

 private:
  [[nodiscard]] static std::string row_of(std::string_view id);
  [[nodiscard]] Result<void> store(const Erasure& erasure);
  [[nodiscard]] Result<void> store(const std::vector<Erasure*>& erasures);
  [[nodiscard]] Result<void> apply(Erasure& erasure);
  [[nodiscard]] Result<bool> is_there(SiteId site, const std::string& name);
  [[nodiscard]] std::optional<Erasure> waiting_for(const ErasureRequest& request) const;
  [[nodiscard]] std::vector<Erasure*> due();
  [[nodiscard]] Result<bool> are_checkpointed(const std::vector<Erasure*>& erasures);
  [[nodiscard]] Result<void> forget_links(const std::vector<Erasure*>& erasures);
  [[nodiscard]] Result<void> forget_sessions(const std::vector<Erasure*>& erasures);
  [[nodiscard]] Result<void> clear_log(const std::vector<Erasure*>& erasures);
  [[nodiscard]] Result<void> clear_files(const std::vector<Erasure*>& erasures);
  [[nodiscard]] Result<void> drop_old_receipts();
  void set_state(const std::vector<Erasure*>& erasures, ErasureState state);
  [[nodiscard]] size_t shard_of(PartitionId partition) const;
  void run();

  Environment x_env;
  std::mutex x_accepting;                             // held while one is accepted
  std::mutex x_working;                               // held while a step is made
  mutable std::mutex x_mutex;                         // guards what follows, and the receipts in it
  std::map<std::string, Erasure, std::less<>> x_all;  // by id; places do not move
  uint64_t x_complete = 0;
  std::condition_variable x_news;
  bool x_stopping = false;
  std::thread x_thread;
};

}  // namespace rekindle
