#include "cli/simulate/report.h"

#include <fmt/format.h>

#include <cmath>

#include "core/decision.h"
#include "io/json_text.h"

namespace rekindle::cli {
namespace {

// Above it the log says little of the target.
constexpr double kMeanWeightOff = 0.2;
constexpr double kEffectiveFew = 100;

// Bounds that nothing is known of are null.
void append_value(std::string& out, const PolicyValue& value) {
  const auto text = [](double number) {
    return std::isfinite(number) ? fmt::format("{:.6f}", number) : std::string("null");
  };
  io::JsonObject object(out);
  object.key("value").append(text(value.value));
  object.key("low").append(text(value.low));
  object.key("high").append(text(value.high));
  object.close();
}

}  // namespace

std::string estimates_text(const Estimates& estimates) {
  if (estimates.decisions == 0) return "the log has no decision that could be weighed\n";
  std::string out =
      fmt::format("{} decisions of {} visitors; worth {:.0f} of the target's own\n\n",
                  estimates.decisions, estimates.visitors, estimates.effective_sample);
  out += fmt::format("{:<22}{:>14}   95 % interval\n", "reward of a decision", "");
  const auto line = [&](const char* name, const PolicyValue& value) {
    out += fmt::format("{:<22}{:>14.4f}   {:.4f} … {:.4f}\n", name, value.value, value.low,
                       value.high);
  };
  line("as it was", estimates.logged);
  line("target, IPS", estimates.ips);
  line("target, SNIPS", estimates.snips);
  line("target, DR", estimates.dr);
  line("target − as it was", estimates.difference);
  out += fmt::format("\nweights: mean {:.3f}, largest {:.1f}, {} clipped\n", estimates.mean_weight,
                     estimates.max_weight, estimates.clipped);
  if (std::abs(estimates.mean_weight - 1) > kMeanWeightOff) {
    out += "The mean weight should be 1: the target would often show what this log never shows.\n";
  }
  if (estimates.effective_sample < kEffectiveFew) {
    out += "So few decisions say anything of the target that no figure here should be relied on.\n";
  }
  return out;
}

std::string estimates_json(const Estimates& estimates) {
  std::string out;
  io::JsonObject object(out);
  object.number("decisions", uint64_t{estimates.decisions});
  object.number("visitors", uint64_t{estimates.visitors});
  append_value(object.key("logged"), estimates.logged);
  append_value(object.key("ips"), estimates.ips);
  append_value(object.key("snips"), estimates.snips);
  append_value(object.key("dr"), estimates.dr);
  append_value(object.key("difference"), estimates.difference);
  object.key("effective_sample").append(fmt::format("{:.3f}", estimates.effective_sample));
  object.key("mean_weight").append(fmt::format("{:.6f}", estimates.mean_weight));
  object.key("max_weight").append(fmt::format("{:.6f}", estimates.max_weight));
  object.number("clipped", uint64_t{estimates.clipped});
  object.close();
  out.push_back('\n');
  return out;
}

std::string decisions_ndjson(const Simulation& simulation,
                             const std::vector<WeighedDecision>& weighed) {
  std::string out;
  for (size_t i = 0; i < simulation.rows.size(); ++i) {
    const DecisionRow& row = simulation.rows[i];
    io::JsonObject line(out);
    line.text("decision", decision_text(row.id));
    line.time("at", row.at.ms);
    line.number("visitor", uint64_t{row.visitor});
    line.text("placement", simulation.placements[row.placement]);
    line.text("shown", row.was_shown);
    line.text("target_shows", row.chosen);
    line.key("logged").append(fmt::format("{:.6f}", row.logged));
    line.key("target").append(fmt::format("{:.6f}", row.target));
    line.key("reward").append(fmt::format("{:.6f}", weighed[i].reward));
    line.key("expected").append(fmt::format("{:.6f}", weighed[i].expected));
    line.key("expected_target").append(fmt::format("{:.6f}", weighed[i].expected_target));
    line.close();
    out.push_back('\n');
  }
  return out;
}

}  // namespace rekindle::cli
