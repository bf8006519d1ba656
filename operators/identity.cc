// Says which ids a visitor claims; what comes of a claim is the identity thread's to decide.
//
// In:    user of any event; props of `identify`, `login`, `sign_up` and `alias`
// State: Profile::claimed, hashes of what was claimed already: a claim is made once. At most
//        limits::kClaimedMax; further ids are not claimed.
// Effects: claims.
#include "operators/identity.h"

#include <algorithm>

#include "core/limits.h"
#include "operators/json_members.h"

namespace rekindle::operators {
namespace {

// Members of props that name an id. Of platforms the value is NAME:VALUE, by the name given here.
struct IdMember {
  std::string_view name;
  IdType type;
  std::string_view platform = {};
};
constexpr IdMember kMembers[] = {
    {"user_id", IdType::kUser},
    {"customer_id", IdType::kUser},
    {"email", IdType::kEmail},
    {"$email", IdType::kEmail},
    {"email_sha256", IdType::kEmail},
    {"hashed_email", IdType::kEmail},
    {"em", IdType::kEmail},
    {"phone", IdType::kPhone},
    {"$phone", IdType::kPhone},
    {"phone_sha256", IdType::kPhone},
    {"hashed_phone", IdType::kPhone},
    {"ph", IdType::kPhone},
    {"device_id", IdType::kDevice},
    {"$device_id", IdType::kDevice},
    {"idfa", IdType::kPlatform, "idfa"},
    {"idfv", IdType::kPlatform, "idfv"},
    {"gaid", IdType::kPlatform, "gaid"},
    {"fbp", IdType::kPlatform, "fbp"},
    {"ga_client_id", IdType::kPlatform, "ga"},
    {"network_userid", IdType::kPlatform, "snowplow"},
    {"previous_id", IdType::kVisitor},
};

bool has_ids(EventType type) {
  return type == EventType::kIdentify || type == EventType::kLogin || type == EventType::kSignUp ||
         type == EventType::kAlias;
}

class Identity final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "identity"; }

  void on_event(Event& event, Context& context) override {
    if (!event.user.empty()) claim(IdType::kUser, event, event.user, context);
    if (!has_ids(event.type) || event.props.empty()) return;
    x_json.visit(event.props, JsonMembers::Depth::kFlat,
                 [&](const JsonMember& member) { take(member, event, context); });
  }
  void on_deadline(Context&) override {}

 private:
  void take(const JsonMember& member, const Event& event, Context& context) {
    const bool says =
        member.kind == JsonMember::Kind::kString || member.kind == JsonMember::Kind::kNumber;
    if (!says || member.text.empty()) return;
    const auto* const known =
        std::find_if(std::begin(kMembers), std::end(kMembers),
                     [&member](const IdMember& id) { return id.name == member.name; });
    if (known == std::end(kMembers)) return;
    if (known->platform.empty()) return claim(known->type, event, member.text, context);
    x_text.assign(known->platform).append(":").append(member.text);
    claim(known->type, event, x_text, context);
  }

  static void claim(IdType type, const Event& event, std::string_view value, Context& context) {
    const size_t most =
        type == IdType::kVisitor ? limits::kVisitorNameBytesMax : limits::kClaimedValueBytesMax;
    if (value.size() > most) return;
    Visitor& visitor = context.visitor();
    if (type == IdType::kVisitor && value == visitor.name) return;
    if (visitor.profile == nullptr) visitor.profile = std::make_unique<Profile>();
    std::vector<NameHash>& claimed = visitor.profile->claimed;
    const NameHash hash = claim_hash(type, value);
    if (std::find(claimed.begin(), claimed.end(), hash) != claimed.end()) return;
    if (claimed.size() == limits::kClaimedMax) return;
    claimed.push_back(hash);
    context.claim(type, event.at, value);
  }

  JsonMembers x_json;
  std::string x_text;
};

}  // namespace

std::unique_ptr<Operator> make_identity() {
  return std::make_unique<Identity>();
}

}  // namespace rekindle::operators
