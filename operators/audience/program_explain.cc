// Why an answer is as it is: every condition and term as it was written, with what it is worth. The
// values come from the functions that evaluate() uses.
#include <algorithm>

#include "operators/audience/program.h"
#include "operators/audience/value_text.h"

namespace rekindle::operators::audience {
namespace {

std::string written(std::string_view source, Span where) {
  const size_t begin = std::min<size_t>(where.begin, source.size());
  return std::string(source.substr(begin, where.end - begin));
}

void report_truth(const Holds& holds, TermReport& report) {
  report.value = holds.value ? "true" : "false";
  report.exact = holds.exact;
  report.until = holds.until;
}

}  // namespace

// A term has exactly one function that gives its value: its type says which. A new type does not
// compile before it has a case here.
TermReport Program::report(const Term& term, const Scope& scope) const {
  const Type type = term.kind->type_of(term.arguments);
  TermReport report;
  report.type = name_of(type);
  switch (type) {
    case Type::kNumber:
    case Type::kMoney:
    case Type::kDuration: {
      if (term.kind->measure == nullptr) {  // its comparison is one with a cut
        report_truth(term.kind->holds(term.arguments, scope), report);
        break;
      }
      const Quantity quantity = term.kind->measure(term.arguments, scope);
      report.value = text_of(quantity, type, scope.site);
      report.exact = quantity.exact;
      report.until = quantity.until;
      break;
    }
    case Type::kBool: report_truth(term.kind->holds(term.arguments, scope), report); break;
    case Type::kText:
      report.value = term.kind->text(term.arguments, scope).value_or("unknown");
      break;
    case Type::kInstant: {
      const std::optional<EventTime> instant = term.kind->instant(term.arguments, scope);
      report.value = instant ? text_of(*instant) : "unknown";
      break;
    }
  }
  return report;
}

Explanation Program::explain(std::string_view source, const Visitor& visitor, const Site& site,
                             EventTime now, const SiteInsights* insights) const {
  const Scope scope{visitor, site, site.currency.scale(), now, insights};
  Explanation explanation;
  explanation.holds = evaluate(visitor, site, now, insights);
  for (const Part& part : x_parts) {
    ConditionReport report{written(source, part.where), condition(part.at, scope), {}};
    for (size_t i = 0; i < x_terms.size(); ++i) {
      const Span where = x_term_spans[i];
      if (where.begin < part.where.begin || where.end > part.where.end) continue;
      report.terms.push_back(this->report(x_terms[i], scope));
      report.terms.back().text = written(source, where);
    }
    explanation.conditions.push_back(std::move(report));
  }
  return explanation;
}

}  // namespace rekindle::operators::audience
