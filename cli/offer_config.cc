#include "cli/offer_config.h"

#include <algorithm>

#include "cli/offer_values.h"
#include "cli/offering_config.h"
#include "core/limits.h"
#include "core/money.h"
#include "core/time_text.h"

namespace rekindle::cli {
namespace {

using operators::OfferCap;
using operators::OfferConfig;
using operators::OfferDiscount;
using operators::OfferType;

constexpr Duration kOfferWindowMax = days(366);

bool is_offer_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// One offer's mapping, with what its values mean.
class OfferReader {
 public:
  OfferReader(YamlSection section, const CheckExpression& check, const Seasons& seasons,
              Config& config)
      : x_section(std::move(section)), x_check(check), x_seasons(seasons), x_config(config) {}

  OfferConfig read(std::string id) {
    x_offer.id = std::move(id);
    x_section.read("site", x_offer.site);
    find_site();
    x_section.read_choice("type", x_offer.type,
                          {{"recommendation", OfferType::kRecommendation},
                           {"product", OfferType::kProduct},
                           {"discount", OfferType::kDiscount},
                           {"message", OfferType::kMessage},
                           {"service", OfferType::kService}});
    read_text("title", x_offer.title);
    read_text("text", x_offer.text);
    read_text("url", x_offer.url);
    read_text("group", x_offer.group);
    read_text("channel", x_offer.channel);
    read_text("product", x_offer.product);
    read_list("placements", x_offer.placements);
    read_list("consent", x_offer.consent);
    read_expressions();
    read_times();
    read_worth();
    read_limits();
    x_section.finish();
    if (std::string fault = operators::fault_of(x_offer); !fault.empty()) {
      x_section.fault(x_section.node(), std::move(fault));
    }
    return std::move(x_offer);
  }

 private:
  // Money is in its site's currency; without a site all sites must agree.
  void find_site() {
    const Site* first = nullptr;
    for (const SiteConfig& site : x_config.sites) {
      if (!x_offer.site.empty() && site.site.name != x_offer.site) continue;
      if (first == nullptr) first = &site.site;
      x_is_ambiguous |= site.site.currency != first->currency;
    }
    if (first == nullptr) {
      return x_section.fault(x_section.node(), "there is no site '" + x_offer.site + "'");
    }
    x_currency = first->currency;
  }

  void refuse(const char* key, const std::string& what) {
    const YAML::Node node = x_section.take(key);
    x_section.fault(node.IsDefined() ? node : x_section.node(),
                    "'" + std::string(key) + "' " + what);
  }

  void read_text(const char* key, std::string& out) {
    x_section.read(key, out);
    const size_t most = std::string_view(key) == "title" || std::string_view(key) == "text" ||
                                std::string_view(key) == "url"
                            ? limits::kOfferTextBytesMax
                            : limits::kIdBytesMax;
    if (out.size() > most) refuse(key, "is longer than " + std::to_string(most) + " bytes");
  }

  void read_list(const char* key, std::vector<std::string>& out) {
    const YAML::Node node = x_section.take(key);
    if (!node.IsDefined()) return;
    if (node.IsScalar()) return out.push_back(node.Scalar());
    if (!node.IsSequence() || node.size() > limits::kPlacementsMax) {
      return refuse(key, "must be a name or a list of names");
    }
    for (const auto& entry : node) {
      if (!entry.IsScalar() || entry.Scalar().empty() ||
          entry.Scalar().size() > limits::kTextBytesMax) {
        x_section.fault(entry, "must be a name");
      } else {
        out.push_back(entry.Scalar());
      }
    }
  }

  void read_expression(const char* key, std::string& out) {
    x_section.read(key, out);
    if (out.empty()) return;
    for (auto& fault : x_check(out, x_config.audiences)) {
      x_section.fault_inside(key, fault.offset, std::move(fault.message));
    }
  }

  void read_expressions() {
    read_expression("audience", x_offer.audience);
    read_expression("applies", x_offer.applies);
    read_expression("suits", x_offer.suits);
    const YAML::Node boosts = x_section.take("boosts");
    if (!boosts.IsDefined()) return;
    if (!boosts.IsMap()) return refuse("boosts", "must be a mapping of expressions to percents");
    for (const auto& entry : boosts) {
      operators::OfferBoost boost;
      boost.when = entry.first.Scalar();
      for (auto& fault : x_check(boost.when, x_config.audiences)) {
        x_section.fault(entry.first, std::move(fault.message));
      }
      if (!parse_percent(entry.second.IsScalar() ? entry.second.Scalar() : "", boost.percent)) {
        x_section.fault(entry.second, "must be a percent from -100 to 1000, like 20 or -50");
      }
      x_offer.boosts.push_back(std::move(boost));
    }
  }

  void read_time(const char* key, EventTime& out) {
    std::string text;
    x_section.read(key, text);
    if (text.empty()) return;
    const auto ms = parse_time(text);
    if (!ms) return refuse(key, "must be a time like 2026-11-27T00:00:00Z");
    out = EventTime{*ms};
  }

  void read_times() {
    read_time("start", x_offer.start);
    read_time("end", x_offer.end);
    x_offer.season = read_season(x_section, x_seasons);
    x_section.read_duration("cool_down", x_offer.cool_down, Duration{}, kOfferWindowMax);
    x_section.read_duration("reserve", x_offer.reserve, seconds(1), days(7));
    x_section.read_duration("click_window", x_offer.click_window, minutes(1), days(90));
    x_section.read_duration("view_window", x_offer.view_window, minutes(1), days(90));
    std::string quiet;
    x_section.read("quiet_hours", quiet);
    if (quiet.empty()) return;
    const std::string_view text = quiet;
    const auto from = parse_minute(text.substr(0, std::min<size_t>(5, text.size())));
    const auto until =
        text.size() == 11 && text[5] == '-' ? parse_minute(text.substr(6)) : std::nullopt;
    if (!from || !until || *from == *until) {
      return refuse("quiet_hours", "must be like \"21:00-08:00\", in the site's time zone");
    }
    x_offer.quiet_hours = {*from, *until};
  }

  // Leaves `out` alone when the key is absent.
  void read_money(const char* key, int64_t& out) {
    std::string text;
    x_section.read(key, text);
    if (text.empty()) return;
    if (x_is_ambiguous) {
      return refuse(key, "needs a 'site': the sites have different currencies");
    }
    const auto minor = parse_minor(text, x_currency);
    if (!minor || *minor < 0) return refuse(key, "must be an amount like 12.50");
    out = *minor;
  }

  void read_share(const char* key, uint32_t& out) {
    std::string text;
    x_section.read(key, text);
    if (text.empty()) return;
    const auto share = parse_share(text);
    if (!share) return refuse(key, "must be a share like 5%");
    out = *share;
  }

  void read_rung(const YAML::Node& node) {
    OfferDiscount discount;
    discount.text = node.IsScalar() ? node.Scalar() : "";
    const auto share = parse_share(discount.text);
    const auto amount =
        share || x_is_ambiguous ? Result<int64_t>(0) : parse_minor(discount.text, x_currency);
    if (!amount || *amount < 0 || discount.text.empty() || (x_is_ambiguous && !share)) {
      return x_section.fault(node, "a discount is a share like 10% or an amount like 5.00");
    }
    discount.basis_points = share.value_or(0);
    discount.amount = *amount;
    x_offer.ladder.push_back(std::move(discount));
  }

  void read_worth() {
    read_money("cost", x_offer.cost);
    read_money("worth", x_offer.worth);
    read_money("budget", x_offer.budget);
    read_share("margin", x_offer.margin);
    read_share("margin_floor", x_offer.margin_floor);
    read_share("returns", x_offer.returns);
    read_share("response", x_offer.response);
    read_share("holdout", x_offer.holdout);
    const YAML::Node weight = x_section.take("weight");
    if (weight.IsDefined() &&
        !parse_percent(weight.IsScalar() ? weight.Scalar() : "", x_offer.weight)) {
      x_section.fault(weight, "'weight' must be a percent from -100 to 1000, like 20");
    }
    const YAML::Node discount = x_section.take("discount");
    const YAML::Node ladder = x_section.take("ladder");
    if (discount.IsDefined() && ladder.IsDefined()) {
      x_section.fault(ladder, "there is a 'discount' already");
    } else if (discount.IsDefined()) {
      read_rung(discount);
    } else if (ladder.IsDefined() && ladder.IsSequence()) {
      for (const auto& rung : ladder) read_rung(rung);
    } else if (ladder.IsDefined()) {
      x_section.fault(ladder, "'ladder' must be a list of discounts, the least first");
    }
    x_section.read("full_price_payers", x_offer.full_price_payers);
    x_section.read("holds_stock", x_offer.holds_stock);
  }

  void read_limits() {
    x_section.read_number("fatigue_after", x_offer.fatigue_after, 0, limits::kOfferCapMax);
    x_section.read_duration("fatigue_for", x_offer.fatigue_for, minutes(1), kOfferWindowMax);
    read_money("fatigue_cost", x_offer.fatigue_cost);
    const YAML::Node caps = x_section.take("caps");
    if (!caps.IsDefined()) return;
    if (!caps.IsSequence()) return refuse("caps", "must be a list of {per, at_most, within}");
    size_t index = 0;
    for (const auto& node : caps) {
      const std::string path = x_section.path() + ".caps[" + std::to_string(index++) + "]";
      if (!node.IsMap()) {
        x_section.fault(node, "a cap is a mapping of per, at_most and within");
        continue;
      }
      YamlSection section(x_section.file(), node, path, x_section.faults());
      OfferCap cap;
      section.read_choice("per", cap.per,
                          {{"offer", OfferCap::Per::kOffer},
                           {"group", OfferCap::Per::kGroup},
                           {"channel", OfferCap::Per::kChannel},
                           {"visitor", OfferCap::Per::kVisitor}});
      section.read_number("at_most", cap.at_most, 1, limits::kOfferCapMax);
      section.read_duration("within", cap.within, seconds(1), kOfferWindowMax);
      section.finish();
      x_offer.caps.push_back(cap);
    }
  }

  YamlSection x_section;
  const CheckExpression& x_check;
  const Seasons& x_seasons;
  Config& x_config;
  Currency x_currency;
  bool x_is_ambiguous = false;  // sites with different currencies
  OfferConfig x_offer;
};

}  // namespace

void read_offers(YamlSection& top, const CheckExpression& check, const Seasons& seasons,
                 Faults& faults, Config& config) {
  read_offering(top.section("offering"), check, config);
  const YAML::Node offers = top.take("offers");
  if (!offers.IsDefined() || offers.IsNull()) return;
  if (!offers.IsMap()) return top.fault(offers, "'offers' must be a mapping of ids to offers");
  if (offers.size() > limits::kOfferRulesMax) {
    top.fault(offers, "more than " + std::to_string(limits::kOfferRulesMax) + " offers");
  }
  for (const auto& entry : offers) {
    const std::string id = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (!is_offer_id(id)) top.fault(entry.first, "an offer's id is 1 to 64 of a-z, 0-9, _ and -");
    const auto is_same = [&](const OfferConfig& offer) { return offer.id == id; };
    if (std::any_of(config.decide.offers.begin(), config.decide.offers.end(), is_same)) {
      top.fault(entry.first, "the offer '" + id + "' is there twice");
    }
    if (!entry.second.IsMap()) {
      top.fault(entry.first, "the offer '" + id + "' must be a mapping");
      continue;
    }
    YamlSection section(top.file(), entry.second, "offers[" + id + "]", faults);
    config.decide.offers.push_back(OfferReader(section, check, seasons, config).read(id));
  }
}

}  // namespace rekindle::cli
