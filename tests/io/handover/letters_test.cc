#include "io/handover/letters.h"

#include <gtest/gtest.h>
#include <locale.h>
#include <wctype.h>

namespace rekindle::io {
namespace {

std::string lower(std::string_view text) {
  std::string out;
  while (!text.empty()) append_code_point(out, to_lower(take_code_point(text)));
  return out;
}

TEST(Letters, LowersTheScriptsOfNames) {
  EXPECT_EQ(lower("ÀÉÎÕÜÝÞ"), "àéîõüýþ");
  EXPECT_EQ(lower("ŁÓDŹ ŠKODA ŸŽ ȘȚ ẞ"), "łódź škoda ÿž șț ß");
  EXPECT_EQ(lower("NGUYỄN ĐẶNG"), "nguyễn đặng");
  EXPECT_EQ(lower("ΆΛΦΑ ΏΣ"), "άλφα ώσ");
  EXPECT_EQ(lower("ЁЛКА ЇЖАК ҐУЛЯ"), "ёлка їжак ґуля");
  EXPECT_EQ(lower("ԱՐՄԵՆ"), "արմեն");
  EXPECT_EQ(lower("王 あ ا × ÷"), "王 あ ا × ÷");
}

TEST(Letters, LoweringTwiceChangesNothing) {
  for (char32_t code = 0; code <= 0x10ffff; ++code) {
    ASSERT_EQ(to_lower(to_lower(code)), to_lower(code)) << std::hex << static_cast<uint32_t>(code);
  }
}

// The C library's Unicode tables as a second opinion on the scripts we claim to know.
TEST(Letters, AgreesWithTheCLibrary) {
  const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (unicode == nullptr) GTEST_SKIP() << "no C.UTF-8 locale here";
  const struct {
    char32_t first, last;
  } blocks[] = {{0x00, 0x17f},  {0x1cd, 0x1dc}, {0x1f8, 0x21f}, {0x222, 0x233},   {0x386, 0x3ce},
                {0x400, 0x481}, {0x48a, 0x52f}, {0x531, 0x556}, {0x1e00, 0x1e95}, {0x1e9e, 0x1eff}};
  for (const auto& block : blocks) {
    for (char32_t code = block.first; code <= block.last; ++code) {
      EXPECT_EQ(static_cast<wint_t>(to_lower(code)), towlower_l(static_cast<wint_t>(code), unicode))
          << std::hex << static_cast<uint32_t>(code);
    }
  }
  freelocale(unicode);
}

TEST(Letters, MarksAreNeitherLettersNorDigitsNorAccents) {
  for (const char* mark : {"'", "-", ".", "’", "–", "·", "«", "、", "。", "！", "\u200b", "\ufeff",
                           "€", "™", "😀", "¡", "‑"}) {
    std::string_view text(mark);
    EXPECT_TRUE(is_mark(take_code_point(text))) << mark;
  }
  for (const char* letter : {"a", "9", "é", "ß", "ł", "я", "王", "あ", "ー", "ا", "ª", "\u0301"}) {
    std::string_view text(letter);
    EXPECT_FALSE(is_mark(take_code_point(text))) << letter;
  }
}

TEST(Letters, RefusesWhatIsNotUtf8) {
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    std::string_view text(bad);
    EXPECT_EQ(take_code_point(text), kNoLetter);
  }
}

TEST(Letters, TrimsBlanksThatFormsAndSpreadsheetsLeave) {
  EXPECT_EQ(trimmed(" \t\r\n a b \u00a0\ufeff"), "a b");
  EXPECT_EQ(trimmed("\u200b\u200b x"), "x");
  EXPECT_EQ(trimmed("\u00a0 \n"), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace rekindle::io
