// The strings are those of @iabtcf/core 1.5.6 (npm): TCString.encode of a TCModel with CMP 31, one
// vendor (8), purpose 7 by legitimate interest, and these purposes consented to.
#include "io/consent/tcf_string.h"

#include <gtest/gtest.h>

#include <vector>

namespace rekindle::io {
namespace {

struct Vector {
  std::vector<size_t> purposes;
  const char* text;
};
const Vector kVectors[] = {
    {{}, "CQdWToAQdWToAAfACBENAHEgAAAAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
    {{1}, "CQdWToAQdWToAAfACBENAHEgAIAAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
    {{1, 2, 3, 4}, "CQdWToAQdWToAAfACBENAHEgAPAAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
    {{8, 9}, "CQdWToAQdWToAAfACBENAHEgAAGAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
    {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
     "CQdWToAQdWToAAfACBENAHEgAP_AAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
    {{2, 4, 6, 8, 10}, "CQdWToAQdWToAAfACBENAHEgAFVAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
    {{5, 6}, "CQdWToAQdWToAAfACBENAHEgAAwAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA"},
};

TEST(TcfString, ReadsWhatTheReferenceWrites) {
  for (const Vector& vector : kVectors) {
    const auto consents = tcf_consents(vector.text);
    ASSERT_TRUE(consents) << vector.text;
    std::bitset<kTcfPurposes> wanted;
    for (const size_t purpose : vector.purposes) wanted.set(purpose - 1);
    EXPECT_EQ(wanted, *consents) << vector.text;
  }
}

TEST(TcfString, RefusesWhatIsNone) {
  const std::string good = kVectors[2].text;
  EXPECT_FALSE(tcf_consents(""));
  EXPECT_FALSE(tcf_consents("."));
  EXPECT_FALSE(tcf_consents(good.substr(0, 30)));
  EXPECT_FALSE(tcf_consents("B" + good.substr(1)));  // version 1
  EXPECT_FALSE(tcf_consents("D" + good.substr(1)));
  std::string odd = good;
  odd[20] = '=';
  EXPECT_FALSE(tcf_consents(odd));
  odd[20] = '\xff';
  EXPECT_FALSE(tcf_consents(odd));
}

TEST(TcfString, ReadsNothingBeyondItsEnd) {
  const std::string good = kVectors[4].text;
  for (size_t size = 0; size <= good.size(); ++size) {
    const std::string cut(good.data(), size);  // its own memory, for the sanitizer
    static_cast<void>(tcf_consents(cut));
  }
}

}  // namespace
}  // namespace rekindle::io
