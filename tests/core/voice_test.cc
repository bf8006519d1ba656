#include "core/voice.h"

#include <gtest/gtest.h>

#include "core/visitor.h"
#include "core/voice_change.h"

namespace rekindle {
namespace {

constexpr EventTime kNoon{1'700'000'000'000};

AdConsent answers(Answer share, Answer personalise) {
  return {{share, share == Answer::kGranted}, {personalise, true}};
}

VoiceChange speaking() {
  VoiceChange change;
  change.visitor = {5, 6};
  change.kind = VoiceKind::kSpeaks;
  change.voice = {true, kNoon + hours(3), answers(Answer::kGranted, Answer::kRefused)};
  change.steps = {{{AudienceId{40'000}, 300}, true, false, kNoon, kNoon - days(2)},
                  {{AudienceId{0}, 1}, false, true, kNoon + seconds(1), kNoon + seconds(1)}};
  return change;
}

std::string bytes_of(const VoiceChange& change) {
  std::string bytes;
  ByteWriter writer(bytes);
  append_voice_change(change, writer);
  return bytes;
}

TEST(Voice, ReadsBackEqual) {
  for (const EventTime due : {EventTime::never(), kNoon - days(1), kNoon + days(400)}) {
    for (const Answer answer : {Answer::kNone, Answer::kGranted, Answer::kRefused}) {
      const Voice voice{true, due, answers(answer, Answer::kGranted)};
      std::string bytes;
      ByteWriter writer(bytes);
      put_voice(voice, kNoon, writer);
      ByteReader reader(bytes);
      Voice read;
      get_voice(reader, kNoon, read);
      EXPECT_TRUE(reader.ok() && reader.at_end());
      EXPECT_EQ(read, voice);
    }
  }
}

TEST(Voice, HasTheseBytes) {
  std::string bytes;
  ByteWriter writer(bytes);
  put_voice({true, kNoon + milliseconds(1), answers(Answer::kGranted, Answer::kRefused)}, kNoon,
            writer);
  put_voice({}, kNoon, writer);
  EXPECT_EQ(bytes, std::string("\xd7\x02\x00", 3));
}

TEST(Voice, OfNoKindIsRefused) {
  for (const char flags : {'\x02', '\x04', '\x0d', '\x61'}) {  // quiet with more; answers of 3
    ByteReader reader(std::string_view(&flags, 1));
    Voice voice;
    get_voice(reader, kNoon, voice);
    EXPECT_FALSE(reader.ok()) << static_cast<int>(flags);
  }
}

TEST(Voice, WhoSpeaksMayNotBeSharedOnceAnybodyRefused) {
  Visitor visitor;
  visitor.profile = std::make_unique<Profile>();
  visitor.profile->consents.push_back({"ads", true, kNoon});
  EXPECT_EQ(ad_consent_of(visitor).answer(), Answer::kGranted);
  visitor.voice = std::make_unique<Voice>();
  visitor.voice->speaks = true;
  visitor.voice->consent = answers(Answer::kRefused, Answer::kRefused);
  EXPECT_EQ(ad_consent_of(visitor).answer(), Answer::kRefused);
  // What they answered since the person was looked at.
  visitor.voice->consent = answers(Answer::kGranted, Answer::kGranted);
  visitor.profile->consents.front().granted = false;
  EXPECT_EQ(ad_consent_of(visitor).answer(), Answer::kRefused);
  EXPECT_TRUE(ad_consent_of(visitor).share.ever_granted);
  // Others answered, they did not.
  visitor.profile.reset();
  EXPECT_EQ(ad_consent_of(visitor).answer(), Answer::kGranted);
}

TEST(VoiceChange, ReadsBackEqual) {
  std::string bytes;
  ByteWriter writer(bytes);
  append_voice_change(speaking(), writer);
  append_voice_change({{7, 8}, VoiceKind::kQuiet, {}, {}}, writer);
  append_voice_change({{9, 10}, VoiceKind::kAlone, {}, {}}, writer);
  ByteReader reader(bytes);
  VoiceChange read;
  ASSERT_TRUE(read_voice_change(reader, read));
  EXPECT_EQ(read, speaking());
  ASSERT_TRUE(read_voice_change(reader, read));
  EXPECT_EQ(read.kind, VoiceKind::kQuiet);
  EXPECT_EQ(read.visitor, (VisitorKey{7, 8}));
  ASSERT_TRUE(read_voice_change(reader, read));
  EXPECT_EQ(read.kind, VoiceKind::kAlone);
  EXPECT_TRUE(reader.at_end());
}

TEST(VoiceChange, CutsAndDamageAreRefusedOrReadWithinTheBytes) {
  const std::string whole = bytes_of(speaking());
  for (size_t size = 0; size < whole.size(); ++size) {
    ByteReader reader(std::string_view(whole).substr(0, size));
    VoiceChange read;
    EXPECT_FALSE(read_voice_change(reader, read)) << size;
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      ByteReader reader(damaged);
      VoiceChange read;
      static_cast<void>(read_voice_change(reader, read));
    }
  }
}

}  // namespace
}  // namespace rekindle
