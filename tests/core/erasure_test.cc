#include "core/erasure.h"

#include <gtest/gtest.h>

#include "core/log_eraser.h"

namespace rekindle {
namespace {

TEST(Erasure, AStandInPartsOthersAsTheKeyDid) {
  EXPECT_EQ(stand_in_for({5, 8}, {5, 16}), (VisitorKey{5, 15}));
  EXPECT_EQ(stand_in_for({5, 8}, {5, 9}), (VisitorKey{5, 8}));
  EXPECT_EQ(stand_in_for({5, 8}, {6, 0}), (VisitorKey{5, UINT64_MAX}));
  EXPECT_EQ(stand_in_for({4, 8}, {6, 0}), (VisitorKey{5, UINT64_MAX}));
  EXPECT_EQ(stand_in_for({0, 0}, {UINT64_MAX, UINT64_MAX}),
            (VisitorKey{UINT64_MAX >> 1, UINT64_MAX}));
}

TEST(Erasure, IsStoredWithAndWithoutItsVisitor) {
  Erasure erasure;
  erasure.receipt = {"r1",        SiteId{7}, ErasureState::kRunning,     WallTime{1}, WallTime{2},
                     WallTime{3}, "proof",   {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  erasure.secret = "secret";
  erasure.name = "ann";
  erasure.mark = {true, true, true, PartitionId{3}, {4, {5, 6}, {7, 8}}, 9, 10, 11, 12};
  for (const bool known : {true, false}) {
    erasure.mark.known = known;
    if (!known) erasure.mark = {true, false, false, {}, {}, 0, 0, 0, 12};
    std::string bytes;
    encode_erasure(erasure, bytes);
    const auto again = decode_erasure(bytes);
    ASSERT_TRUE(again);
    std::string same;
    encode_erasure(*again, same);
    EXPECT_EQ(same, bytes);
    EXPECT_EQ(again->mark.session, known ? 11u : 0u);
    EXPECT_EQ(again->mark.claim, 12u);
    EXPECT_EQ(again->mark.unlinked, known);
    EXPECT_EQ(again->receipt.counts.quarantined, 8u);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_erasure(std::string_view(bytes).substr(0, size))) << size;
    }
  }
}

TEST(LogEraser, FindsANameAsAWordOfItsOwn) {
  EXPECT_TRUE(names(R"({"visitor":"ann"})", "ann"));
  EXPECT_TRUE(names("v=ann&e=x", "ann"));
  EXPECT_TRUE(names("ann", "ann"));
  EXPECT_FALSE(names(R"({"visitor":"anna"})", "ann"));
  EXPECT_FALSE(names(R"({"visitor":"joann"})", "ann"));
  EXPECT_TRUE(names("v=a%40b.c", "a@b.c"));
  EXPECT_TRUE(names(R"("a\/b")", "a/b"));
  EXPECT_FALSE(names("", "ann"));
}

}  // namespace
}  // namespace rekindle
