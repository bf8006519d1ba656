// Deciding on a claim: what it may link, and what it must not.
#include <algorithm>

#include "core/identity_book.h"
#include "core/sha256.h"

namespace rekindle {

struct IdentityBook::Asked {
  const Claim& claim;
  PartitionId partition;
  uint64_t seq;
  WallTime now;
  IdKey visitor;
  IdKey id;
};

IdentityDecision IdentityBook::line_of(const Asked& asked, DecisionKind kind,
                                       DecisionReason reason) {
  IdentityDecision line;
  line.number = x_state.next_decision++;
  line.kind = kind;
  line.reason = reason;
  line.at = asked.now;
  line.site = asked.claim.site;
  line.visitor = asked.visitor;
  line.visitor_name = asked.claim.visitor_name;
  line.id = asked.id;
  line.cause = asked.claim.cause;
  line.partition = asked.partition;
  line.claim = asked.seq;
  return line;
}

Result<void> IdentityBook::refuse(const Asked& asked, DecisionReason reason) {
  std::vector<IdentityDecision> lines;
  lines.push_back(line_of(asked, DecisionKind::kRefuse, reason));
  std::string value;
  ByteWriter(value).fixed(lines.front().number);
  put(unlinked_row(asked.visitor, asked.id), std::move(value));
  return write(std::move(lines));
}

Result<void> IdentityBook::take(const Claim& claim, PartitionId partition, uint64_t seq,
                                WallTime now) {
  pass(partition, seq);
  if (x_state.secret.empty()) {
    const Sha256 key = random_key();
    x_state.secret.assign(reinterpret_cast<const char*>(key.data()), key.size());
  }
  const auto canonical = canonical_id(claim.type, claim.value);
  Asked asked{claim, partition, seq, now, id_key(claim.visitor), {}};
  asked.id = id_key(x_state.secret, claim.site, claim.type,
                    canonical ? std::string_view(*canonical) : claim.value);
  auto unlinked = row(unlinked_row(asked.visitor, asked.id));
  if (!unlinked) return unlinked.error();
  auto person = person_of(asked.visitor);
  if (!person) return person.error();
  if (*unlinked || (*person && (*person)->link(asked.visitor, asked.id) != nullptr)) {
    ++x_counts.repeated;
    return {};
  }
  auto known_id = known(asked.id);
  if (!known_id) return known_id.error();
  ++known_id->claimers;
  put_known(asked.id, *known_id);
  auto own = known(asked.visitor);
  if (!own) return own.error();
  put_known(asked.visitor, *own);  // from now on there is something to forget
  if (!canonical) return refuse(asked, DecisionReason::kMalformed);
  if (is_blocked(claim)) return refuse(asked, DecisionReason::kPlaceholder);
  if (is_weak(claim.type)) {
    auto shared = look_at_thing(asked, *known_id);
    if (!shared) return shared.error();
    if (*shared) return refuse(asked, DecisionReason::kShared);
  }
  return link(asked);
}

bool IdentityBook::is_blocked(const Claim& claim) const {
  if (is_placeholder(claim.type, claim.value)) return true;
  const std::string value = folded(claim.value);
  return std::find(x_config.blocked.begin(), x_config.blocked.end(), value) !=
         x_config.blocked.end();
}

// Whether it is shared; whom it linked until now it links no more.
Result<bool> IdentityBook::look_at_thing(const Asked& asked, KnownId known) {
  if (known.shared) return true;
  if (known.claimers <= x_config.shared_after) return false;
  known.shared = true;
  put_known(asked.id, known);
  auto person = person_of(asked.id);
  if (!person) return person.error();
  if (!*person) return true;
  std::vector<PersonLink> links;
  for (const PersonLink& link : (*person)->links) {
    if (link.id == asked.id) links.push_back(link);
  }
  auto taken =
      take_away(std::move(**person), links, DecisionKind::kCut, DecisionReason::kShared, asked.now);
  if (!taken) return taken.error();
  return true;
}

Result<Person> IdentityBook::person_or_alone(const IdKey& id, std::string_view name,
                                             const Asked& asked) {
  auto person = person_of(id);
  if (!person) return person.error();
  if (*person) return std::move(**person);
  Person alone;
  alone.site = asked.claim.site;
  alone.ids.push_back({id, std::string(name), asked.claim.at});
  return alone;
}

Result<void> IdentityBook::link(const Asked& asked) {
  const bool names_visitor = asked.claim.type == IdType::kVisitor;
  auto own = person_or_alone(asked.visitor, asked.claim.visitor_name, asked);
  if (!own) return own.error();
  auto other =
      person_or_alone(asked.id, names_visitor ? asked.claim.value : std::string_view(), asked);
  if (!other) return other.error();
  const bool is_one = own->number != 0 && own->number == other->number;
  const bool both_identified = !is_one && own->is_identified() && other->is_identified();
  const bool other_first = other->number != 0 && (own->number == 0 || other->number < own->number);
  Person whole = is_one ? *own : other_first ? joined(*other, *own) : joined(*own, *other);
  whole.links.push_back(
      {UINT64_MAX, asked.visitor, asked.id, asked.claim.cause, asked.seq, asked.claim.at});
  std::vector<PersonLink> conflicts;
  if (is_weak(asked.claim.type)) {
    if (both_identified) return refuse(asked, DecisionReason::kTwoIdentified);
  } else {
    const std::vector<IdKey> cluster = cluster_of(whole, asked.visitor);
    if (is_identified(cluster)) {
      conflicts = conflicts_of(whole, cluster);
    } else if (both_identified) {
      return refuse(asked, DecisionReason::kTwoIdentified);
    }
  }
  if (!will_be_within(whole, conflicts, asked.visitor)) {
    return refuse(asked, DecisionReason::kLimit);
  }
  std::vector<FormerPerson> before{{own->number, own->ids.front().key}};
  if (!is_one) before.push_back({other->number, other->ids.front().key});
  std::sort(before.begin(), before.end(),
            [](const FormerPerson& a, const FormerPerson& b) { return a.number < b.number; });
  auto lines = cut(whole, conflicts, DecisionKind::kCut, DecisionReason::kTwoIdentified, asked.now);
  lines.push_back(line_of(asked, DecisionKind::kLink, DecisionReason::kClaim));
  whole.links.back().decision = lines.back().number;
  auto numbers = settle(whole, before);
  if (!numbers) return numbers.error();
  if (is_one || own->number == 0 || other->number == 0) return write(std::move(lines));
  for (const FormerPerson& former : before) {
    if (std::find(numbers->begin(), numbers->end(), former.number) != numbers->end()) continue;
    lines.back().kind = DecisionKind::kMerge;
    lines.back().other = former.number;
  }
  return write(std::move(lines));
}

bool IdentityBook::will_be_within(Person whole, const std::vector<PersonLink>& without,
                                  const IdKey& visitor) const {
  std::erase_if(whole.links, [&without](const PersonLink& link) {
    return std::any_of(without.begin(), without.end(),
                       [&link](const PersonLink& gone) { return gone.decision == link.decision; });
  });
  for (const Person& part : parts_of(whole)) {
    if (part.has(visitor)) return is_within(part, x_config.limits);
  }
  return true;
}

}  // namespace rekindle
