#include <gtest/gtest.h>

#include <random>

#include "io/changes_cursor.h"
#include "io/member_sets.h"
#include "tests/io/server_rig.h"

namespace rekindle::io {
namespace {

TEST(Base64Url, GoesThereAndBack) {
  std::mt19937_64 random(7);
  for (size_t size = 0; size < 100; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_EQ(bytes, from_base64url(to_base64url(bytes)).value());
  }
  EXPECT_EQ("-_8", to_base64url("\xfb\xff"));
  for (const char* bad : {"A", "AB", "a+b=", "=", "\xff"}) {
    EXPECT_FALSE(from_base64url(bad)) << bad;  // cut, not canonical, not the alphabet
  }
}

TEST(ChangesCursor, GoesThereAndBack) {
  testing::ServerRig rig;
  ChangesCursor cursor(8);
  cursor.set(3, 1);
  cursor.set(7, uint64_t{1} << 40);
  EXPECT_EQ(cursor, ChangesCursor::parse(cursor.text(), rig.engine()).value());
  EXPECT_EQ(ChangesCursor(8), ChangesCursor::parse("", rig.engine()).value());
  EXPECT_EQ(ChangesCursor(8), ChangesCursor::parse("0", rig.engine()).value());
  EXPECT_EQ(ChangesCursor(8), ChangesCursor::parse("now", rig.engine()).value());
}

TEST(ChangesCursor, RefusesWhatItDidNotWrite) {
  testing::ServerRig rig;
  const std::string text = ChangesCursor(8).text();
  EXPECT_FALSE(ChangesCursor::parse(ChangesCursor(9).text(), rig.engine()));
  EXPECT_FALSE(ChangesCursor::parse(text.substr(0, text.size() - 2), rig.engine()));
  EXPECT_FALSE(ChangesCursor::parse(text + "AAAA", rig.engine()));
  EXPECT_FALSE(ChangesCursor::parse("nonsense!", rig.engine()));
}

TEST(PageCursor, CarriesTheFeedCursorOfTheFirstPage) {
  PageCursor cursor{ChangesCursor(8), 5, 123'456};
  cursor.changes_after.set(2, 99);
  const auto back = PageCursor::parse(cursor.text(), 8).value();
  EXPECT_EQ(cursor.changes_after, back.changes_after);
  EXPECT_EQ(5u, back.partition);
  EXPECT_EQ(123'456u, back.number);
  EXPECT_FALSE(PageCursor::parse(cursor.text(), 4));
  cursor.partition = 8;
  EXPECT_FALSE(PageCursor::parse(cursor.text(), 8));
}

}  // namespace
}  // namespace rekindle::io
