#include "io/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace rekindle::io {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

MetricFamily family(const char* name, const char* help, MetricType type) {
  return {name, help, type, {}};
}

void add_value(MetricFamily& to, double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (to.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  to.metric.push_back(std::move(metric));
}

template <typename T>
double read(const std::atomic<T>& value) {
  return static_cast<double>(value.load(std::memory_order_relaxed));
}

// --- shards --------------------------------------------------------------------------------------

template <typename T>
struct ShardMetric {
  const char* name;
  const char* help;
  std::atomic<T> ShardCounters::*member;
};

constexpr ShardMetric<uint64_t> kShardCounters[] = {
    {"rekindle_events_total", "Events applied, duplicates not included", &ShardCounters::events},
    {"rekindle_duplicates_total", "Events seen before", &ShardCounters::duplicates},
    {"rekindle_collisions_total", "Events refused for a colliding key", &ShardCounters::collisions},
    {"rekindle_batches_total", "Log writes", &ShardCounters::batches},
    {"rekindle_decisions_total", "Decisions logged", &ShardCounters::decisions},
    {"rekindle_changes_total", "Audience entries and exits", &ShardCounters::changes},
    {"rekindle_sessions_total", "Sessions closed", &ShardCounters::sessions},
    {"rekindle_quarantined_total", "Entries put in quarantine", &ShardCounters::quarantined},
    {"rekindle_deadlines_fired_total", "Deadlines that ran", &ShardCounters::fires},
    {"rekindle_deadlines_stale_total", "Deadlines that had moved", &ShardCounters::stale_fires},
    {"rekindle_definition_evaluations_total", "Visitors evaluated for a definition to come",
     &ShardCounters::evaluated},
    {"rekindle_cold_reads_total", "Visitors read back from the store", &ShardCounters::cold_reads},
    {"rekindle_evictions_total", "Visitors put out of memory", &ShardCounters::evictions},
    {"rekindle_checkpoints_total", "Partition checkpoints written", &ShardCounters::checkpoints},
    {"rekindle_log_bytes_total", "Bytes appended to the log", &ShardCounters::log_bytes},
    {"rekindle_rank_crossings_total", "Customers looked at because a rank's boundary passed them",
     &ShardCounters::rank_crossings},
};

constexpr ShardMetric<int64_t> kShardGauges[] = {
    {"rekindle_cache_bytes", "Memory of visitors in memory", &ShardCounters::cache_bytes},
    {"rekindle_cached_visitors", "Visitors in memory", &ShardCounters::cached_visitors},
    {"rekindle_inbox_bytes", "Waiting for the shard", &ShardCounters::inbox_bytes},
    {"rekindle_visitors", "Visitors known", &ShardCounters::visitors},
    {"rekindle_deadline_lag_milliseconds", "How late the oldest due deadline is",
     &ShardCounters::deadline_lag_ms},
    {"rekindle_rank_lag_milliseconds", "Since when published ranks are not reached everywhere",
     &ShardCounters::rank_lag_ms},
};

void collect_shards(const Engine& engine, std::vector<MetricFamily>& out) {
  const auto label = [](size_t shard) { return Labels{{"shard", std::to_string(shard)}}; };
  for (const auto& metric : kShardCounters) {
    MetricFamily& to = out.emplace_back(family(metric.name, metric.help, MetricType::Counter));
    for (size_t i = 0; i < engine.shards(); ++i) {
      add_value(to, read(engine.counters(i).*metric.member), label(i));
    }
  }
  for (const auto& metric : kShardGauges) {
    MetricFamily& to = out.emplace_back(family(metric.name, metric.help, MetricType::Gauge));
    for (size_t i = 0; i < engine.shards(); ++i) {
      add_value(to, read(engine.counters(i).*metric.member), label(i));
    }
  }
  MetricFamily& commit = out.emplace_back(
      family("rekindle_commit_seconds_total", "Time spent in log writes", MetricType::Counter));
  for (size_t i = 0; i < engine.shards(); ++i) {
    add_value(commit, read(engine.counters(i).commit_ns) / 1e9, label(i));
  }
}

// --- customers as a whole ------------------------------------------------------------------------

void collect_customers(const CustomerCounters& customers, std::vector<MetricFamily>& out) {
  const auto add = [&](const char* name, const char* help, const std::atomic<uint64_t>& value) {
    add_value(out.emplace_back(family(name, help, MetricType::Counter)), read(value));
  };
  add("rekindle_customer_changes_total", "Changed totals counted in ranks and models",
      customers.changes);
  add("rekindle_rank_publications_total", "Times boundaries or models were published",
      customers.publications);
  add("rekindle_model_refits_total", "Lifetime value models fitted", customers.refits);
  add("rekindle_model_refits_failed_total", "Fits without result", customers.failed_refits);
  const int64_t since = customers.waiting_since_ns.load(std::memory_order_relaxed);
  const double age = since == 0 ? 0 : static_cast<double>(monotonic_ns() - since) / 1e9;
  add_value(out.emplace_back(family("rekindle_rank_age_seconds",
                                    "Age of the oldest change the ranks do not know yet",
                                    MetricType::Gauge)),
            age);
}

void collect_models(const Engine& engine, std::vector<MetricFamily>& out) {
  const std::vector<DescribedModel> models = engine.models();
  if (models.empty()) return;
  MetricFamily& to = out.emplace_back(family(
      "rekindle_model_parameter",
      "The newest lifetime value model: BG/NBD r, alpha (days), a, b; Gamma-Gamma p, q, v (minor "
      "units); the customers it was fitted to and when, in ms",
      MetricType::Gauge));
  for (const DescribedModel& model : models) {
    const Site* const site = engine.sites().find(model.site);
    if (site == nullptr) continue;
    for (const ModelFigure& figure : model.figures) {
      add_value(to, figure.value, {{"site", site->name}, {"parameter", std::string(figure.name)}});
    }
  }
}

// --- the front doors -----------------------------------------------------------------------------

struct IoMetric {
  const char* name;
  const char* help;
  Counter IoCounters::*member;
};

constexpr IoMetric kIoCounters[] = {
    {"rekindle_connections_total", "Connections accepted", &IoCounters::connections},
    {"rekindle_connections_refused_total", "Over the limit", &IoCounters::connections_refused},
    {"rekindle_http_requests_total", "Requests read", &IoCounters::requests},
    {"rekindle_received_bytes_total", "From clients", &IoCounters::bytes_in},
    {"rekindle_sent_bytes_total", "To clients", &IoCounters::bytes_out},
    {"rekindle_overloads_total", "Requests refused because a queue was full",
     &IoCounters::overloads},
    {"rekindle_timeouts_total", "Connections ended by a timeout", &IoCounters::timeouts},
    {"rekindle_tls_handshakes_failed_total", "Connections that did not come to speak TLS",
     &IoCounters::handshakes_failed},
    {"rekindle_websockets_total", "WebSockets opened", &IoCounters::websockets},
    {"rekindle_websockets_closed_total", "WebSockets ended", &IoCounters::websockets_closed},
    {"rekindle_websocket_frames_total", "Frames received", &IoCounters::frames},
    {"rekindle_event_streams_total", "Event streams opened", &IoCounters::event_streams},
    {"rekindle_event_streams_closed_total", "Event streams ended",
     &IoCounters::event_streams_closed},
    {"rekindle_slow_readers_total", "WebSockets and event streams closed for not reading",
     &IoCounters::slow_readers},
    {"rekindle_changes_pushed_total", "Changes handed to followers", &IoCounters::changes_pushed},
    {"rekindle_feed_overflows_total", "Times followers had to go back to the log",
     &IoCounters::feed_overflows},
};

using IoList = std::vector<const IoCounters*>;

double sum(const IoList& threads, Counter IoCounters::*member) {
  double total = 0;
  for (const IoCounters* thread : threads) total += static_cast<double>((thread->*member).get());
  return total;
}

void collect_io(const IoList& threads, std::vector<MetricFamily>& out) {
  for (const IoMetric& metric : kIoCounters) {
    add_value(out.emplace_back(family(metric.name, metric.help, MetricType::Counter)),
              sum(threads, metric.member));
  }
  MetricFamily& answers = out.emplace_back(
      family("rekindle_http_answers_total", "By class of status", MetricType::Counter));
  add_value(answers, sum(threads, &IoCounters::answers_2xx), {{"class", "2xx"}});
  add_value(answers, sum(threads, &IoCounters::answers_4xx), {{"class", "4xx"}});
  add_value(answers, sum(threads, &IoCounters::answers_5xx), {{"class", "5xx"}});
  add_value(out.emplace_back(family("rekindle_connections", "Open now", MetricType::Gauge)),
            sum(threads, &IoCounters::connections) - sum(threads, &IoCounters::connections_closed));
  add_value(out.emplace_back(family("rekindle_websockets", "Open now", MetricType::Gauge)),
            sum(threads, &IoCounters::websockets) - sum(threads, &IoCounters::websockets_closed));
}

void collect_latency(const IoList& threads, const char* name, const char* help,
                     LatencyHistogram IoCounters::*member, std::vector<MetricFamily>& out) {
  ClientMetric metric;
  uint64_t total = 0;
  double seconds = 0;
  for (size_t bucket = 0; bucket <= LatencyHistogram::kBuckets; ++bucket) {
    for (const IoCounters* thread : threads) total += (thread->*member).count(bucket);
    const bool last = bucket == LatencyHistogram::kBuckets;
    metric.histogram.bucket.push_back(
        {total, last ? std::numeric_limits<double>::infinity()
                     : static_cast<double>(LatencyHistogram::bound_ns(bucket)) / 1e9});
  }
  for (const IoCounters* thread : threads) {
    seconds += static_cast<double>((thread->*member).sum_ns()) / 1e9;
  }
  metric.histogram.sample_count = total;
  metric.histogram.sample_sum = seconds;
  out.emplace_back(family(name, help, MetricType::Histogram)).metric.push_back(std::move(metric));
}

void collect_intake(const IntakeCounters& intake, std::vector<MetricFamily>& out) {
  const auto add = [&](const char* name, const char* help, const std::atomic<uint64_t>& value) {
    add_value(out.emplace_back(family(name, help, MetricType::Counter)), read(value));
  };
  add("rekindle_intake_accepted_total", "Events taken by the decoders", intake.accepted);
  add("rekindle_intake_rejected_total", "Events refused by the decoders", intake.rejected);
  add("rekindle_intake_clamped_future_total", "Times ahead of the clock", intake.clamped_future);
  add("rekindle_intake_clamped_late_total", "Times too far back", intake.clamped_late);
  add("rekindle_intake_truncated_total", "Texts cut at their limit", intake.truncated);
}

// --- webhooks ------------------------------------------------------------------------------------

struct WebhookMetric {
  const char* name;
  const char* help;
  MetricType type;
  uint64_t WebhookStatus::*member;
};

constexpr WebhookMetric kWebhookMetrics[] = {
    {"rekindle_webhook_messages_total", "Messages delivered", MetricType::Counter,
     &WebhookStatus::messages},
    {"rekindle_webhook_changes_total", "Changes in them", MetricType::Counter,
     &WebhookStatus::changes},
    {"rekindle_webhook_resyncs_total", "Receivers told to take the members again",
     MetricType::Counter, &WebhookStatus::resyncs},
    {"rekindle_webhook_failures_total", "Attempts that failed", MetricType::Counter,
     &WebhookStatus::failures},
    {"rekindle_webhook_failures_in_a_row", "Attempts that failed since the last delivery",
     MetricType::Gauge, &WebhookStatus::failures_in_a_row},
    {"rekindle_webhook_behind", "Changes, of any audience, after the last delivery",
     MetricType::Gauge, &WebhookStatus::behind},
};

void collect_webhooks(const Webhooks& webhooks, std::vector<MetricFamily>& out) {
  const std::vector<WebhookStatus> all = webhooks.status();
  if (all.empty()) return;
  for (const WebhookMetric& metric : kWebhookMetrics) {
    MetricFamily& to = out.emplace_back(family(metric.name, metric.help, metric.type));
    for (const WebhookStatus& status : all) {
      add_value(to, static_cast<double>(status.*metric.member), {{"webhook", status.name}});
    }
  }
}

void collect_erasures(const ErasureTotals& totals, std::vector<MetricFamily>& out) {
  const auto add = [&out](const char* name, const char* help, MetricType type, uint64_t value) {
    add_value(out.emplace_back(family(name, help, type)), static_cast<double>(value));
  };
  add("rekindle_erasures_total", "Erasures completed", MetricType::Counter, totals.complete);
  add("rekindle_erasures_under_way", "Erasures not complete", MetricType::Gauge, totals.under_way);
  add("rekindle_erasures_overdue", "… later than promised", MetricType::Gauge, totals.overdue);
}

void collect_identity(const IdentityBook::Counts& counts, std::vector<MetricFamily>& out) {
  MetricFamily& decisions =
      out.emplace_back(family("rekindle_identity_decisions_total",
                              "Lines of the journal of identity, by kind", MetricType::Counter));
  for (size_t kind = 0; kind < std::size(counts.kinds); ++kind) {
    const std::string_view name = name_of(static_cast<DecisionKind>(kind));
    add_value(decisions, static_cast<double>(counts.kinds[kind]), {{"kind", std::string(name)}});
  }
  MetricFamily& refused =
      out.emplace_back(family("rekindle_identity_refused_total",
                              "Claims that link nothing, by reason", MetricType::Counter));
  for (size_t reason = 1; reason + 1 < std::size(counts.refused); ++reason) {
    const std::string_view name = name_of(static_cast<DecisionReason>(reason));
    add_value(refused, static_cast<double>(counts.refused[reason]),
              {{"reason", std::string(name)}});
  }
  add_value(out.emplace_back(family("rekindle_identity_repeated_total", "Claims of what is known",
                                    MetricType::Counter)),
            static_cast<double>(counts.repeated));
}

// --- keys: by their names ------------------------------------------------------------------------

struct KeyMetric {
  const char* name;
  const char* help;
  std::atomic<uint64_t> KeyCounters::*member;
};

constexpr KeyMetric kKeyMetrics[] = {
    {"rekindle_key_requests_total", "Requests and frames let in", &KeyCounters::requests},
    {"rekindle_key_events_total", "Events in them", &KeyCounters::events},
    {"rekindle_key_over_limit_total", "Refused for the key's rate or quota",
     &KeyCounters::over_limit},
    {"rekindle_key_wrong_origin_total", "Refused for the page they came from",
     &KeyCounters::wrong_origin},
    {"rekindle_key_forbidden_total", "Refused for the key's scopes or site",
     &KeyCounters::forbidden},
};

void collect_keys(const Keyring& keyring, std::vector<MetricFamily>& out) {
  if (keyring.is_open()) return;
  for (const KeyMetric& metric : kKeyMetrics) {
    MetricFamily& to = out.emplace_back(family(metric.name, metric.help, MetricType::Counter));
    for (const AccessKey& key : keyring.all()) {
      add_value(to, read(key.counters.*metric.member), {{"key", key.name}});
    }
  }
  add_value(out.emplace_back(family("rekindle_unauthorized_total",
                                    "Requests without a key, or with an unknown one",
                                    MetricType::Counter)),
            read(keyring.unknown()));
}

// --- consent: sites that do not take everything
// ----------------------------------------------------

void collect_consent(const ConsentDoor& door, std::vector<MetricFamily>& out) {
  const auto all = door.counts();
  if (all.empty()) return;
  MetricFamily& left_out =
      out.emplace_back(family("rekindle_without_consent_total",
                              "Events left out for want of consent", MetricType::Counter));
  for (const auto& site : all) {
    add_value(left_out, static_cast<double>(site.left_out), {{"site", site.site}});
  }
  MetricFamily& counted = out.emplace_back(
      family("rekindle_cookieless_events_total",
             "Events without consent, of which nothing but this is kept", MetricType::Counter));
  for (const auto& site : all) {
    for (const auto& [type, count] : site.counted) {
      add_value(counted, static_cast<double>(count),
                {{"site", site.site}, {"type", std::string(name_of(type))}});
    }
  }
}

void collect_bots(const BotDoor& door, std::vector<MetricFamily>& out) {
  MetricFamily& events = out.emplace_back(
      family("rekindle_bot_events_total", "Events that known crawlers sent", MetricType::Counter));
  for (const auto& site : door.counts()) {
    add_value(events, static_cast<double>(site.flagged), {{"site", site.site}, {"did", "flag"}});
    add_value(events, static_cast<double>(site.quarantined),
              {{"site", site.site}, {"did", "quarantine"}});
  }
}

}  // namespace

std::string Metrics::text() const {
  std::vector<MetricFamily> families;
  collect_shards(x_engine, families);
  collect_customers(x_engine.customer_counters(), families);
  collect_models(x_engine, families);
  collect_intake(x_intake, families);
  collect_io(x_io, families);
  collect_latency(x_io, "rekindle_ack_seconds", "Events read until their answer is ready",
                  &IoCounters::ack, families);
  collect_latency(x_io, "rekindle_decide_seconds", "Decisions, asked until answered",
                  &IoCounters::decide, families);
  collect_latency(x_io, "rekindle_change_push_seconds", "Changes, committed until handed over",
                  &IoCounters::push, families);
  if (x_webhooks != nullptr) collect_webhooks(*x_webhooks, families);
  collect_erasures(x_engine.erasures(), families);
  collect_identity(x_engine.identity().counts(), families);
  add_value(families.emplace_back(family("rekindle_retired_visitors_total",
                                         "Visitors forgotten because they were not seen for the "
                                         "retention of their site",
                                         MetricType::Counter)),
            static_cast<double>(x_engine.retired_visitors()));
  add_value(families.emplace_back(family("rekindle_person_looks_total",
                                         "Persons of several visitors looked at as one",
                                         MetricType::Counter)),
            static_cast<double>(x_engine.voices().looks()));
  if (x_keyring != nullptr) collect_keys(*x_keyring, families);
  if (x_door != nullptr) collect_consent(*x_door, families);
  if (x_bots != nullptr) collect_bots(*x_bots, families);
  const auto gauge = [&](const char* name, const char* help, double value) {
    add_value(families.emplace_back(family(name, help, MetricType::Gauge)), value);
  };
  gauge("rekindle_log_size_bytes", "The log store",
        static_cast<double>(x_engine.log().size_bytes()));
  gauge("rekindle_state_size_bytes", "The state store",
        static_cast<double>(x_engine.store().size_bytes()));
  gauge("rekindle_state_stalling", "1 while the state store slows writers down",
        x_engine.store().is_stalling() ? 1 : 0);
  gauge("rekindle_identity_persons", "Persons of several visitors",
        static_cast<double>(x_engine.identity().companions().persons()));
  gauge("rekindle_person_looks_waiting", "Visitors whose person waits to be looked at",
        static_cast<double>(x_engine.voices().waiting()));
  gauge("rekindle_engine_failed", "1 when the engine takes no events",
        x_engine.is_failed() ? 1 : 0);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace rekindle::io
