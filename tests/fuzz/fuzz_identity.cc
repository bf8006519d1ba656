// Any bytes as rows of identity, as claims and as what is said of who speaks: what is read is
// written back no longer than it was; an id's one form is its own; a claim is made once.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/claim.h"
#include "core/identity_format.h"
#include "core/voice_change.h"
#include "operators/identity.h"
#include "tests/operators/one_visitor.h"

namespace {

using namespace rekindle;

template <typename T, typename Encode>
void writes_back(const Result<T>& read, std::string_view text, Encode encode) {
  if (!read) return;
  std::string again;
  encode(*read, again);
  RK_ASSERT(again.size() <= text.size());  // varints have a shortest form
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  writes_back(decode_person(1, text), text, encode_person);
  writes_back(decode_decision(1, text), text, encode_decision);
  writes_back(decode_known(text), text, encode_known);
  writes_back(decode_identity_state(text), text, encode_identity_state);
  ByteReader reader(text);
  Claim claim;
  if (read_claim(reader, claim)) {
    std::string again;
    ByteWriter writer(again);
    append_claim(claim, writer);
    ByteReader second(again);
    Claim read;
    RK_ASSERT(read_claim(second, read) && read.value == claim.value);
  }
  ByteReader voices(text);
  VoiceChange change;
  if (read_voice_change(voices, change)) {
    std::string again;
    ByteWriter writer(again);
    append_voice_change(change, writer);
    ByteReader second(again);
    VoiceChange read;
    RK_ASSERT(read_voice_change(second, read) && read == change && second.at_end());
  }
  for (size_t type = 0; type < kIdTypes; ++type) {
    const auto canonical = canonical_id(static_cast<IdType>(type), text);
    if (canonical) RK_ASSERT(canonical_id(static_cast<IdType>(type), *canonical) == canonical);
    static_cast<void>(is_placeholder(static_cast<IdType>(type), text));
  }
  testing_samples::OneVisitor world(operators::make_identity());
  Event event = testing_samples::event_of(EventType::kIdentify, testing_samples::kNoon);
  event.props = text;
  world.send(event);
  const size_t claims = world.claims.size();
  world.send(event);
  RK_ASSERT(world.claims.size() == claims);
  return 0;
}
