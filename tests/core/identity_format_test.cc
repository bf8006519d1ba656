#include "core/identity_format.h"

#include <gtest/gtest.h>

namespace rekindle {
namespace {

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex.push_back("0123456789abcdef"[static_cast<uint8_t>(c) >> 4]);
    hex.push_back("0123456789abcdef"[static_cast<uint8_t>(c) & 15]);
  }
  return hex;
}

Person example() {
  Person person;
  person.number = 5;
  person.site = SiteId{7};
  person.ids = {{{IdType::kVisitor, 1, 2}, "ann", EventTime{1'000}},
                {{IdType::kUser, 3, 4}, "", EventTime{2'000}}};
  person.links = {
      {300, person.ids[0].key, person.ids[1].key, EventType::kLogin, 9, EventTime{2'000}}};
  return person;
}

IdentityDecision decision() {
  IdentityDecision line;
  line.number = 300;
  line.kind = DecisionKind::kMerge;
  line.at = WallTime{3'000};
  line.site = SiteId{7};
  line.visitor = {IdType::kVisitor, 1, 2};
  line.visitor_name = "ann";
  line.id = {IdType::kUser, 3, 4};
  line.cause = EventType::kLogin;
  line.partition = PartitionId{6};
  line.claim = 9;
  line.person = 5;
  line.other = 8;
  return line;
}

TEST(IdentityFormat, GoldenBytesOfVersion1) {
  std::string bytes;
  encode_person(example(), bytes);
  EXPECT_EQ(hex_of(bytes),
            "0107000000"
            "02"
            "0001000000000000000200000000000000"
            "03616e6e"
            "e803000000000000"
            "0103000000000000000400000000000000"
            "00"
            "d007000000000000"
            "01"
            "ac02"
            "0001000000000000000200000000000000"
            "0103000000000000000400000000000000" +
                hex_of(std::string(1, static_cast<char>(EventType::kLogin))) + "00000000000000" +
                "09"
                "d007000000000000");
  bytes.clear();
  encode_decision(decision(), bytes);
  EXPECT_EQ(hex_of(bytes),
            "01"
            "01"
            "00"
            "b80b000000000000"
            "07000000"
            "0001000000000000000200000000000000"
            "03616e6e"
            "0103000000000000000400000000000000" +
                hex_of(std::string(1, static_cast<char>(EventType::kLogin))) + "00000000000000" +
                "0600"
                "09"
                "05"
                "08");
  bytes.clear();
  encode_known({5, 300, true}, bytes);
  EXPECT_EQ(hex_of(bytes), "0105ac0201");
  EXPECT_EQ(hex_of(unlinked_row({IdType::kVisitor, 1, 2}, {IdType::kUser, 3, 4})),
            "78"
            "0000000000000000010000000000000002"
            "0100000000000000030000000000000004");
}

TEST(IdentityFormat, ReadsWhatItWrote) {
  std::string bytes;
  encode_person(example(), bytes);
  const Person person = decode_person(5, bytes).value();
  EXPECT_EQ(person.number, 5u);
  std::string again;
  encode_person(person, again);
  EXPECT_EQ(again, bytes);
  bytes.clear();
  encode_decision(decision(), bytes);
  again.clear();
  encode_decision(decode_decision(300, bytes).value(), again);
  EXPECT_EQ(again, bytes);
  const IdentityState state{std::string(32, 's'), 4, 300, {0, 70'000}};
  bytes.clear();
  encode_identity_state(state, bytes);
  const IdentityState read = decode_identity_state(bytes).value();
  EXPECT_EQ(read.secret, state.secret);
  EXPECT_EQ(read.next_decision, 300u);
  EXPECT_EQ(read.seqs, state.seqs);
}

template <typename Decode>
void refuses_damage(std::string bytes, Decode decode) {
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(decode(bytes + "x"));
  bytes[0] = 2;
  EXPECT_EQ(decode(bytes).error().code, ErrorCode::kNewerVersion);
}

TEST(IdentityFormat, RefusesCutAndNewerBytes) {
  std::string bytes;
  encode_person(example(), bytes);
  refuses_damage(bytes, [](std::string_view text) { return decode_person(5, text); });
  bytes.clear();
  encode_decision(decision(), bytes);
  refuses_damage(bytes, [](std::string_view text) { return decode_decision(300, text); });
  bytes.clear();
  encode_known({5, 300, true}, bytes);
  refuses_damage(bytes, [](std::string_view text) { return decode_known(text); });
  bytes.clear();
  encode_identity_state({std::string(32, 's'), 4, 300, {0, 70'000}}, bytes);
  refuses_damage(bytes, [](std::string_view text) { return decode_identity_state(text); });
}

TEST(IdentityFormat, ClaimsAreReadAsTheyWereWritten) {
  const Claim claim{IdType::kEmail, EventType::kIdentify, EventTime{5}, SiteId{7}, VisitorKey{1, 2},
                    "ann",          "ann@shop.example"};
  std::string bytes;
  ByteWriter writer(bytes);
  append_claim(claim, writer);
  EXPECT_EQ(hex_of(bytes).substr(0, 4),
            "02" + hex_of(std::string(1, static_cast<char>(EventType::kIdentify))));
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    Claim read;
    EXPECT_FALSE(read_claim(reader, read)) << size;
  }
  ByteReader reader(bytes);
  Claim read;
  ASSERT_TRUE(read_claim(reader, read));
  EXPECT_EQ(read.value, claim.value);
  EXPECT_EQ(read.visitor_name, claim.visitor_name);
  EXPECT_EQ(read.visitor, claim.visitor);
  EXPECT_FALSE(is_blank(read));
}

}  // namespace
}  // namespace rekindle
