#include "cli/config.h"

#include <absl/time/time.h>
#include <algorithm>

#include <filesystem>
#include <tuple>

#include "cli/access_config.h"
#include "cli/channel_config.h"
#include "cli/collect_config.h"
#include "cli/decide_config.h"
#include "cli/erasure_config.h"
#include "cli/hook_config.h"
#include "cli/identity_config.h"
#include "cli/offer_config.h"
#include "cli/tracker_config.h"
#include "cli/webhook_config.h"
#include "cli/yaml_reader.h"
#include "core/assert.h"
#include "core/limits.h"
#include "io/handover/phone.h"
#include "io/server.h"
#include "io/tls/server_tls.h"

namespace rekindle::cli {
namespace {

constexpr uint64_t kMiB = 1ULL << 20;
constexpr uint64_t kTiB = 1ULL << 40;

std::string beside(const std::string& naming_file, const std::string& path) {
  return (std::filesystem::path(naming_file).parent_path() / path).string();
}

void read_store(YamlSection store, Config& config) {
  EngineConfig& engine = config.engine;
  store.read("directory", config.directory);
  store.read_number_as("partitions", engine.partitions, 1, limits::kPartitionsMax);
  store.read_duration("log_retention", engine.log_retention, minutes(1), days(3'650));
  store.read_size("log_bytes", engine.log_bytes_max, 64 * kMiB, kTiB * 1'024);
  store.read_size("log_write_buffer", config.rocks_log.write_buffer_bytes, kMiB, 4'096 * kMiB);
  store.read_size("log_wal_bytes", config.rocks_log.wal_bytes_max, kMiB, 65'536 * kMiB);
  store.read_size("block_cache", config.rocks_state.block_cache_bytes, kMiB, kTiB);
  store.read_size("write_buffer", config.rocks_state.write_buffer_bytes, kMiB, 4'096 * kMiB);
  store.finish();
}

void read_engine(YamlSection section, Config& config) {
  EngineConfig& engine = config.engine;
  section.read_number_as("shards", engine.shards, 1, limits::kPartitionsMax);
  section.read_choice("ack", engine.durability,
                      {{"durable", Durability::kDurable}, {"fsync", Durability::kFsync}});
  section.read_choice("clock", engine.clock,
                      {{"wall", ClockMode::kWall}, {"events", ClockMode::kEvents}});
  section.read_choice(
      "pin_threads", config.pin_threads,
      {{"auto", PinThreads::kAuto}, {"on", PinThreads::kOn}, {"off", PinThreads::kOff}});
  section.read_size("inbox", engine.inbox_bytes_max, kMiB, 65'536 * kMiB);
  section.read_size("cache", engine.cache_bytes_max, kMiB, kTiB);
  section.read_number_as("checkpoint_visitors", engine.checkpoint_dirty_visitors, 1, 10'000'000);
  section.read_number_as("checkpoint_events", engine.checkpoint_events, 1, 100'000'000);
  if (engine.shards > engine.partitions) {
    section.fault(section.node(), "'shards' is " + std::to_string(engine.shards) +
                                      " but there are only " + std::to_string(engine.partitions) +
                                      " partitions (store.partitions)");
  }
  section.finish();
}

void read_tls(YamlSection section, io::TlsConfig& tls) {
  section.read("certificate", tls.certificate_file);
  section.read("key", tls.key_file);
  section.finish();
  if (tls.certificate_file.empty() && tls.key_file.empty()) return;
  if (tls.certificate_file.empty() || tls.key_file.empty()) {
    return section.fault(section.node(), "'tls' needs both a 'certificate' and a 'key'");
  }
  tls.certificate_file = beside(section.file()->name, tls.certificate_file);
  tls.key_file = beside(section.file()->name, tls.key_file);
  if (const auto loaded = io::ServerTls::make(tls); !loaded) {
    section.fault(section.node(), loaded.error().detail);
  }
}

void read_server(YamlSection section, io::ServerConfig& server) {
  section.read("address", server.address);
  section.read_number_as("port", server.port, 0, 65'535);
  section.read_number_as("io_threads", server.io_threads, 1, 256);
  section.read("pixel_alias", server.pixel_alias);
  section.read("script", server.script);
  section.read("demo", server.demo);
  if (!server.demo.empty()) server.demo = beside(section.file()->name, server.demo);
  section.read("default_site", server.default_site);
  section.read("clock_from_anywhere", server.clock_from_anywhere);
  section.read_size("free_disk_min", server.free_bytes_min, 0, kTiB);
  Duration lag = milliseconds(server.deadline_lag_ms_max);
  section.read_duration("deadline_lag_max", lag, seconds(1), days(1));
  server.deadline_lag_ms_max = lag.ms;
  read_trackers(section, server);
  read_tls(section.section("tls"), server.tls);
  read_cookie(section.section("cookie"), server.cookie);
  section.finish();
}

void read_log(YamlSection section, LogConfig& log) {
  section.read_choice("level", log.level,
                      {{"debug", LogLevel::kDebug},
                       {"info", LogLevel::kInfo},
                       {"warning", LogLevel::kWarning},
                       {"error", LogLevel::kError}});
  section.read_choice("format", log.format,
                      {{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
  section.finish();
}

// "0.8573" → 8573 / 10000.
std::optional<ExchangeRate> parse_rate(Currency from, const std::string& text) {
  const size_t dot = text.find('.');
  std::string digits = text;
  ExchangeRate rate{from, 0, 1};
  if (dot != std::string::npos) {
    digits.erase(dot, 1);
    for (size_t i = dot; i < digits.size(); ++i) rate.denominator *= 10;
  }
  const bool plain =
      !digits.empty() && digits.size() <= 12 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || (rate.numerator = std::stoll(digits)) == 0) return std::nullopt;
  return rate;
}

void read_rates(YamlSection& owner, Site& site) {
  const YAML::Node rates = owner.take("rates");
  if (!rates.IsDefined()) return;
  if (!rates.IsMap()) return owner.fault(rates, "'rates' must be a mapping of currency to rate");
  for (const auto& entry : rates) {
    const auto from = Currency::parse(entry.first.IsScalar() ? entry.first.Scalar() : "");
    if (!from) {
      owner.fault(entry.first, "not an ISO 4217 currency");
      continue;
    }
    const auto rate = parse_rate(*from, entry.second.IsScalar() ? entry.second.Scalar() : "");
    if (rate) {
      site.rates.push_back(*rate);
    } else {
      owner.fault(entry.second, "a rate is a decimal above 0 like 0.8573");
    }
  }
}

SiteConfig read_site(YamlSection section, Faults& faults, io::ServerConfig& server) {
  SiteConfig config;
  std::string currency;
  section.read("name", config.site.name);
  section.read("currency", currency);
  section.read_duration("late_max", config.site.late_max, seconds(1), days(400));
  section.read_duration("retention", config.site.retention, days(1), days(3'650));
  read_tracker_keys(section, config.site.name, server.tracker_keys);
  read_site_keys(section, config.site.name, faults, server.access);
  read_collect(section, config.site.name, server.collect);
  read_bots(section, config.site.name, server.bots);
  section.read("catalog", config.catalog);
  if (!config.catalog.empty()) config.catalog = beside(section.file()->name, config.catalog);
  read_rates(section, config.site);
  section.read("consent_required", config.site.consent_required);
  section.read("time_zone", config.site.time_zone);
  if (absl::TimeZone zone; !absl::LoadTimeZone(config.site.time_zone, &zone)) {
    const YAML::Node node = section.take("time_zone");
    section.fault(node.IsDefined() ? node : section.node(),
                  "'time_zone' is an IANA name like Europe/Berlin");
  }
  section.read("calling_code", config.site.calling_code);
  if (!config.site.calling_code.empty() && !io::is_calling_code(config.site.calling_code)) {
    const YAML::Node node = section.take("calling_code");
    section.fault(node.IsDefined() ? node : section.node(),
                  "'calling_code' is 1 to 3 digits like 49, not beginning with 0");
  }
  if (config.site.name.empty()) section.fault(section.node(), "the site needs a 'name'");
  if (const auto parsed = Currency::parse(currency)) {
    config.site.currency = *parsed;
  } else {
    const YAML::Node node = section.take("currency");
    section.fault(node.IsDefined() ? node : section.node(),
                  "the site needs a 'currency', an ISO 4217 code like EUR");
  }
  read_channels(section, config.site.name, config.site.currency, server.channels);
  section.finish();
  return config;
}

void read_sites(YamlSection& top, Faults& faults, Config& config) {
  const YAML::Node sites = top.take("sites");
  if (!sites.IsDefined() || !sites.IsSequence() || sites.size() == 0) {
    return top.fault(sites.IsDefined() ? sites : top.node(),
                     "'sites' must list at least one site with its name and currency");
  }
  size_t index = 0;
  std::vector<Site> seen;
  for (const auto& node : sites) {
    const std::string path = "sites[" + std::to_string(index++) + "]";
    config.sites.push_back(read_site({top.file(), node, path, faults}, faults, config.server));
    seen.push_back(config.sites.back().site);
    if (auto made = Sites::make(seen); !made) {
      top.fault(node, made.error().detail);
      seen.pop_back();
    }
  }
}

// Reads audiences from a mapping, or from the files that a name or a list of names points to.
class AudienceReader {
 public:
  AudienceReader(const CheckExpression& check, Faults& faults, Config& config)
      : x_check(check), x_faults(faults), x_config(config) {}

  void read(YamlSection& owner) {
    read_all(owner);
    for (Unchecked& audience : x_unchecked) {
      for (auto& fault : x_check(x_config.audiences[audience.place].when, x_config.audiences)) {
        audience.section.fault_inside("when", fault.offset, std::move(fault.message));
      }
    }
  }

 private:
  // They may refer to each other, so none is checked before all are read.
  struct Unchecked {
    YamlSection section;
    size_t place;
  };

  void read_all(YamlSection& owner) {
    const YAML::Node node = owner.take("audiences");
    if (!node.IsDefined() || node.IsNull()) return;
    if (node.IsScalar()) return read_file(owner, node);
    if (node.IsSequence()) {
      for (const auto& file : node) read_file(owner, file);
      return;
    }
    for (const auto& entry : node) read_one(owner, entry.first, entry.second);
  }

  void read_file(YamlSection& owner, const YAML::Node& name) {
    if (!name.IsScalar()) return owner.fault(name, "must be a file's name");
    const auto file = load_yaml(beside(owner.file()->name, name.Scalar()), x_faults);
    if (!file) return owner.fault(name, "this file has faults");
    YamlSection top(file, file->root, "", x_faults);
    const YAML::Node inside = top.take("audiences");
    if (!inside.IsDefined() || !inside.IsMap()) {
      top.fault(inside.IsDefined() ? inside : top.node(), "'audiences' must be a mapping here");
    } else {
      for (const auto& entry : inside) read_one(top, entry.first, entry.second);
    }
    top.finish();
  }

  void read_one(YamlSection& owner, const YAML::Node& key, const YAML::Node& value) {
    AudienceDefinition audience;
    audience.name = key.IsScalar() ? key.Scalar() : "";
    if (!is_audience_name(audience.name)) {
      owner.fault(key, "an audience's name is 1 to 64 of a-z, 0-9 and _");
    }
    const auto same = [&](const AudienceDefinition& a) { return a.name == audience.name; };
    if (std::any_of(x_config.audiences.begin(), x_config.audiences.end(), same)) {
      owner.fault(key, "the audience '" + audience.name + "' is defined twice");
    }
    YamlSection section(owner.file(), value, "audiences[" + audience.name + "]", x_faults);
    section.read("when", audience.when);
    section.read("title", audience.title);
    section.read("purpose", audience.purpose);
    if (audience.when.empty()) {
      owner.fault(key, "the audience '" + audience.name + "' needs a 'when'");
    } else {
      x_unchecked.push_back({section, x_config.audiences.size()});
    }
    section.finish();
    x_config.audiences.push_back(std::move(audience));
  }

  const CheckExpression& x_check;
  Faults& x_faults;
  Config& x_config;
  std::vector<Unchecked> x_unchecked;
};

// `address`: where the file names it, if it does.
void check_joint(YamlSection& top, const YAML::Node& address, const Config& config) {
  const std::string& wanted = config.server.default_site;
  const bool known = std::any_of(config.sites.begin(), config.sites.end(),
                                 [&](const SiteConfig& s) { return s.site.name == wanted; });
  if (!wanted.empty() && !known) {
    top.fault(top.node(), "server.default_site is '" + wanted + "', which 'sites' does not list");
  }
  if (const auto safe = io::check_address(config.server); !safe) {
    top.fault(address, safe.error().detail);
  }
  if (config.audiences.size() > limits::kAudiencesMax) {
    top.fault(top.node(), "more than " + std::to_string(limits::kAudiencesMax) + " audiences");
  }
}

}  // namespace

Config load_config(const std::string& path, const CheckExpression& check,
                   std::vector<Fault>& faults) {
  Config config;
  const auto file = load_yaml(path, faults);
  if (!file) return config;
  YamlSection top(file, file->root, "", faults);
  read_store(top.section("store"), config);
  read_engine(top.section("engine"), config);
  read_erasure(top.section("erasure"), config.engine);
  read_identity(top.section("identity"), config.engine.identity);
  read_server(top.section("server"), config.server);
  const Seasons seasons = read_seasons(top, faults);
  read_decide(top, seasons, faults, config.decide);
  read_log(top.section("log"), config.log);
  config.server.webhooks = read_webhooks(top, faults);
  read_server_keys(top, faults, config.server.access);
  read_sites(top, faults, config);
  std::vector<std::string> sites;
  for (const SiteConfig& site : config.sites) sites.push_back(site.site.name);
  config.server.hooks = read_hooks(top, sites, faults);
  AudienceReader(check, faults, config).read(top);
  read_offers(top, check, seasons, faults, config);
  const YAML::Node server = top.take("server");
  const bool named = server.IsDefined() && server.IsMap() && server["address"];
  check_joint(top, named ? server["address"] : top.node(), config);
  top.finish();
  if (config.server.default_site.empty() && config.sites.size() == 1) {
    config.server.default_site = config.sites.front().site.name;
  }
  std::stable_sort(faults.begin(), faults.end(), [&](const Fault& a, const Fault& b) {
    return std::tuple(a.file != path, std::string_view(a.file), a.line, a.column) <
           std::tuple(b.file != path, std::string_view(b.file), b.line, b.column);
  });
  return config;
}

Sites sites_of(const Config& config) {
  std::vector<Site> sites;
  for (const SiteConfig& site : config.sites) sites.push_back(site.site);
  auto made = Sites::make(std::move(sites));
  RK_ASSERT(made.has_value());
  return std::move(*made);
}

}  // namespace rekindle::cli
