#include "core/model_thread.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>

#include "state/memory_log.h"
#include "state/memory_state_store.h"
#include "tests/support/plain_decider.h"

namespace rekindle {
namespace {

// A model of bytes.
class Bytes final : public testing::PlainDecider {
 public:
  explicit Bytes(std::string model = {}) : x_model(std::move(model)) {}

  [[nodiscard]] std::string wait_for_published() {
    std::unique_lock lock(x_mutex);
    x_changed.wait(lock, [&] { return x_is_published; });
    return x_published;
  }
  [[nodiscard]] bool is_published() {
    const std::lock_guard lock(x_mutex);
    return x_is_published;
  }

  void publish() override {
    const std::lock_guard lock(x_mutex);
    x_published = x_model;
    x_is_published = true;
    x_changed.notify_all();
  }
  void save(std::string& out) const override { out = x_model; }
  [[nodiscard]] Result<void> restore(std::string_view bytes) override {
    if (bytes == "broken") return Error{ErrorCode::kCorruptRecord, "broken"};
    x_model = bytes;
    return {};
  }

 private:
  std::mutex x_mutex;
  std::condition_variable x_changed;
  std::string x_model;
  std::string x_published;
  bool x_is_published = false;
};

class ModelThreadTest : public ::testing::Test {
 protected:
  static constexpr uint32_t kPartitions = 2;

  void save(const std::string& model) {
    Bytes decider(model);
    ModelThread thread(x_log, x_store, decider, kPartitions, {});
    ASSERT_TRUE(thread.stop());
  }

  state::MemoryLog x_log;
  state::MemoryStateStore x_store;
};

TEST_F(ModelThreadTest, AStartedThreadPublishesWhatWasSavedThoughNothingIsNew) {
  save("what was learnt");
  Bytes decider;
  ModelThread thread(x_log, x_store, decider, kPartitions, {});
  ASSERT_TRUE(thread.restore());
  EXPECT_FALSE(decider.is_published());  // a start does not wait for it
  thread.start();
  EXPECT_EQ(decider.wait_for_published(), "what was learnt");
  EXPECT_TRUE(thread.stop());
}

TEST_F(ModelThreadTest, WithoutAThreadCatchingUpPublishes) {
  save("what was learnt");
  Bytes decider;
  ModelThread thread(x_log, x_store, decider, kPartitions, {});
  ASSERT_TRUE(thread.restore());
  ASSERT_TRUE(thread.catch_up());
  EXPECT_EQ(decider.wait_for_published(), "what was learnt");
}

TEST_F(ModelThreadTest, ASavedModelThatIsBrokenOrOfOtherPartitionsIsAnError) {
  save("broken");
  Bytes decider;
  ModelThread thread(x_log, x_store, decider, kPartitions, {});
  EXPECT_EQ(thread.restore().error().code, ErrorCode::kCorruptRecord);
  ModelThread more(x_log, x_store, decider, kPartitions + 1, {});
  EXPECT_EQ(more.restore().error().code, ErrorCode::kCorruptRecord);
}

}  // namespace
}  // namespace rekindle
