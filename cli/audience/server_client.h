// Asks a running server about its audiences and its quarantine. Used by cli/audience.cc and
// cli/quarantine.cc; thread: one, blocking.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/http_client.h"
#include "core/rules.h"

namespace rekindle::cli {

// A refusal's message is what the server's problem document says, faults and carets included.
// Errors: kInvalidArgument, kNotFound, kGone, kInvalidExpression as the server's status tells;
// kOverloaded for 429 and 503; else kMalformedRequest, also when no server answers.
class ServerClient {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ServerClient>> open(const std::string& to);

  // Each gives the body of a 2xx answer.
  [[nodiscard]] Result<std::string> list();
  [[nodiscard]] Result<std::string> show(const std::string& name);
  [[nodiscard]] Result<std::string> preview(const AudienceDefinition& definition,
                                            const std::vector<std::string>& audiences,
                                            bool all_audiences, uint32_t sample);
  [[nodiscard]] Result<std::string> explain(const std::string& name, const std::string& visitor,
                                            const std::string& site);
  [[nodiscard]] Result<std::string> put(const AudienceDefinition& definition);
  // Anything there is to read.
  [[nodiscard]] Result<std::string> get(const std::string& target);
  // All products of a site (`target` names it), or what changes of them.
  [[nodiscard]] Result<std::string> change_catalog(const std::string& target,
                                                   std::string_view content_type,
                                                   std::string_view bytes, bool is_change);
  [[nodiscard]] Result<std::string> remove(const std::string& name);
  // Every page of the members, as "ndjson" or "csv", to `write` in order.
  [[nodiscard]] Result<uint64_t> export_members(
      const std::string& name, const std::string& format,
      const std::function<Result<void>(std::string_view)>& write);

  // A page of entries with larger ids.
  [[nodiscard]] Result<std::string> quarantine(uint64_t after);
  // With these bytes instead of those that are kept, unless it is empty.
  [[nodiscard]] Result<std::string> replay_quarantined(uint64_t id, const std::string& body);
  [[nodiscard]] Result<std::string> remove_quarantined(uint64_t id);

 private:
  explicit ServerClient(std::unique_ptr<HttpClient> client) : x_client(std::move(client)) {}
  std::unique_ptr<HttpClient> x_client;
};

// Everything but A-Z a-z 0-9 - _ . ~ as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace rekindle::cli
