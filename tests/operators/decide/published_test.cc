#include "operators/decide/published.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace rekindle::operators {
namespace {

// Says when it is destroyed, and is useless afterwards.
struct Value {
  explicit Value(uint64_t n) : first(n), second(~n) { ++alive; }
  ~Value() {
    first = second = 0;
    --alive;
  }
  [[nodiscard]] bool is_whole() const { return first == ~second; }
  uint64_t first;
  uint64_t second;
  static inline std::atomic<int> alive{0};
};

TEST(Published, AReadKeepsItsValueWhileNewerOnesArePublished) {
  {
    Published<Value> published(std::make_unique<const Value>(1));
    {
      const auto old = published.read();
      published.publish(std::make_unique<const Value>(2));
      published.publish(std::make_unique<const Value>(3));
      EXPECT_EQ(old->first, 1u);
      EXPECT_TRUE(old->is_whole());
      EXPECT_EQ(published.read()->first, 3u);
      EXPECT_EQ(published.retired(), 1u);  // 1 is held, 2 was let go
      EXPECT_EQ(Value::alive, 2);
    }
    published.publish(std::make_unique<const Value>(4));
    EXPECT_EQ(published.retired(), 0u);
    EXPECT_EQ(Value::alive, 1);
  }
  EXPECT_EQ(Value::alive, 0);
}

TEST(Published, AsManyReadsAsThereAreSlotsMayBeOpenAtOnce) {
  Published<Value> published(std::make_unique<const Value>(1));
  std::vector<std::unique_ptr<const Published<Value>::Read>> reads;
  for (size_t i = 0; i < limits::kDecideReadersMax; ++i) {
    reads.emplace_back(new Published<Value>::Read(published.read()));
  }
  published.publish(std::make_unique<const Value>(2));
  EXPECT_EQ(published.retired(), 1u);
  for (const auto& read : reads) EXPECT_EQ((*read)->first, 1u);
}

// A reader that waits for a slot has seen an old value by then; it must not keep that one.
TEST(Published, AReaderThatClaimsItsSlotAfterAPublishReadsTheNewValue) {
  Published<Value> published(std::make_unique<const Value>(1));
  std::vector<std::unique_ptr<const Published<Value>::Read>> reads;
  for (size_t i = 0; i < limits::kDecideReadersMax; ++i) {
    reads.emplace_back(new Published<Value>::Read(published.read()));
  }
  std::atomic<bool> started{false};
  uint64_t seen = 0;
  std::thread reader([&] {
    started = true;
    seen = published.read()->first;
  });
  // The reader is most likely inside read() afterwards; if not, the test only proves less.
  while (!started) std::this_thread::yield();
  for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
  published.publish(std::make_unique<const Value>(2));
  reads.clear();
  reader.join();
  EXPECT_EQ(seen, 2u);
}

// Readers race a writer that publishes as fast as it can. A value destroyed too early shows as a
// torn value here and as a race or a use after free under the sanitizers.
TEST(Published, ReadersNeverSeeATornOldOrEarlierValue) {
  constexpr uint64_t kPublishes = 5'000;
  {
    Published<Value> published(std::make_unique<const Value>(1));
    std::atomic<uint64_t> faults{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] {
        uint64_t last = 0;
        while (!done) {
          const auto read = published.read();
          if (!read->is_whole() || read->first < last) ++faults;
          last = read->first;
        }
      });
    }
    for (uint64_t n = 2; n <= kPublishes; ++n) {
      published.publish(std::make_unique<const Value>(n));
      EXPECT_LE(published.retired(), 3u);
    }
    done = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(faults, 0u);
    EXPECT_EQ(published.read()->first, kPublishes);
  }
  EXPECT_EQ(Value::alive, 0);
}

}  // namespace
}  // namespace rekindle::operators
