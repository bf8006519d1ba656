#include "core/voice.h"

#include "core/visitor.h"
#include "core/visitor_sections.h"

namespace rekindle {
namespace {

constexpr uint8_t kSpeaks = 1;
constexpr uint8_t kHasDue = 2;
constexpr unsigned kShareShift = 2;
constexpr unsigned kPersonaliseShift = 5;
constexpr unsigned kEverShift = 2;  // within a use
constexpr uint8_t kAnswerMask = 3;

unsigned bits_of(const AdUse& use) {
  return static_cast<unsigned>(use.answer) | (use.ever_granted ? 1u << kEverShift : 0);
}

AdUse use_of(unsigned bits) {
  return {static_cast<Answer>(bits & kAnswerMask), (bits >> kEverShift & 1) != 0};
}

// A refusal by either is one.
AdUse both(const AdUse& a, const AdUse& b) {
  AdUse use = a.answer == Answer::kNone || b.answer == Answer::kRefused ? b : a;
  use.ever_granted = a.ever_granted || b.ever_granted;
  return use;
}

}  // namespace

VoiceKind kind_of(const Voice* voice) {
  if (voice == nullptr) return VoiceKind::kAlone;
  return voice->speaks ? VoiceKind::kSpeaks : VoiceKind::kQuiet;
}

AdConsent ad_consent_of(const Visitor& visitor) {
  const AdConsent own = ad_consent(visitor.profile.get());
  if (kind_of(visitor.voice.get()) != VoiceKind::kSpeaks) return own;
  const AdConsent& all = visitor.voice->consent;
  return {both(all.share, own.share), both(all.personalise, own.personalise)};
}

void put_voice(const Voice& voice, EventTime base, ByteWriter& writer) {
  const bool has_due = voice.due != EventTime::never();
  writer.fixed(static_cast<uint8_t>((voice.speaks ? kSpeaks : 0) | (has_due ? kHasDue : 0) |
                                    bits_of(voice.consent.share) << kShareShift |
                                    bits_of(voice.consent.personalise) << kPersonaliseShift));
  if (has_due) put_time(voice.due, base, writer);
}

void get_voice(ByteReader& reader, EventTime base, Voice& voice) {
  const auto flags = reader.fixed<uint8_t>();
  voice.speaks = (flags & kSpeaks) != 0;
  voice.consent.share = use_of(unsigned{flags} >> kShareShift);
  voice.consent.personalise = use_of(unsigned{flags} >> kPersonaliseShift);
  voice.due = (flags & kHasDue) != 0 ? get_time(base, reader) : EventTime::never();
  const bool is_known = voice.consent.share.answer <= Answer::kRefused &&
                        voice.consent.personalise.answer <= Answer::kRefused;
  if (!is_known || (!voice.speaks && flags != 0)) reader.fail();
}

}  // namespace rekindle
