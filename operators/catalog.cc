#include "operators/catalog.h"

#include <utility>

#include "operators/activity.h"
#include "operators/audiences.h"
#include "operators/cart.h"
#include "operators/cart_state.h"
#include "operators/dedupe.h"
#include "operators/identity.h"
#include "operators/lifetime.h"
#include "operators/offers.h"
#include "operators/profile.h"

namespace rekindle::operators {

Result<Operators> make_operators(const Rules& rules, const OperatorsConfig& config) {
  Result<std::unique_ptr<Audiences>> audiences = Audiences::make(rules);
  if (!audiences) return audiences.error();
  Operators list;
  list.push_back(make_dedupe());      // first: the rest must not see a duplicate
  list.push_back(make_offers());      // the rest must not see a decision
  list.push_back(make_cart_state());  // the rest must see differences
  list.push_back(make_session(config.session));
  list.push_back(make_activity());
  list.push_back(make_cart());
  list.push_back(make_lifetime());
  list.push_back(make_profile());
  list.push_back(make_identity());
  list.push_back(std::move(*audiences));  // last: looks at what the others left
  return list;
}

}  // namespace rekindle::operators
