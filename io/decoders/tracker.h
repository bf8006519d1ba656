// The seam between the server and the trackers people already have: one decoder a wire protocol,
// all ending in RawEvents. A decoder says which paths are its own, finds the key and the events in
// a request whatever its Content-Type claims, and writes the answer its clients expect. Adding one
// is a file with a make_NAME() and a line in io/decoders/trackers.cc.
//
// What cannot become an event is rejected, and so quarantined, and still answered with success:
// clients repeat or drop a whole request for a 4xx. Only a body that cannot be read gets 400.
//
// Called by io/routes/trackers.cc, and by the quarantine's replay. Thread: one io thread a decoder
// object. Owns: parsers and buffers, reused from request to request.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/site.h"
#include "io/intake.h"
#include "io/request.h"
#include "io/responses.h"
#include "io/server_config.h"

namespace rekindle::io {

struct AccessKey;
class Keyring;

// One request as a decoder sees it, and what it decides about the answer.
struct TrackerCall {
  const ServerConfig& config;
  const Sites& sites;
  Intake& intake;  // started
  Method method = Method::kPost;
  std::string_view path{};  // without a slash at its end; empty: a replay of one event's bytes
  std::string_view query{};
  std::string_view body{};   // decompressed
  size_t body_readable = 0;  // as Request::body_readable
  std::string_view authorization{};
  std::string_view write_key{};  // X-Write-Key; of a replay, the key it came with
  std::string_view cookie{};
  bool anonymous = false;            // the client wants no cookie
  const Keyring* keyring = nullptr;  // null, or one without keys: who may reach us may send
  bool is_replay = false;            // of what was let in when it came

  // --- set by the decoder ---
  uint8_t answer_as = 0;    // the decoder's own kinds of answer
  bool unreadable = false;  // the body as a whole
  uint32_t inputs = 0;      // events the client thinks it sent
  bool has_key = false;     // use_key() was called
  std::string_view key{};   // with what
  std::string_view site{};  // RawEvent::site of the events; views into config or the request
  AccessKey* access_key = nullptr;  // the key of ours that was used
  bool is_known = false;            // a key was used that a site has
  std::string headers{};            // more headers of the answer

  // The site that `key` belongs to goes to `site`, and rejections are filed under NAME/KEY; on a
  // server with keys under NAME/SITE, for the key may be a secret one. Unknown keys there give
  // events a site that is none.
  void use_key(std::string_view name, std::string_view found);
  // Rejects the body as a whole.
  void refuse_body(const Error& error, std::string_view raw);

 private:
  void use_known_key(std::string_view name, std::string_view found);
};

struct TrackerOutcome {
  uint8_t answer_as = 0;
  bool unreadable = false;
  uint32_t inputs = 0;
  const std::vector<Rejection>& rejections;
};

class Tracker {
 public:
  virtual ~Tracker() = default;
  // Names the protocol in the quarantine, metrics and answers.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Whether a path (without a slash at its end) is this protocol's.
  [[nodiscard]] virtual bool serves(std::string_view path) const = 0;
  // A dry run: nothing of it is taken, the answer tells what would be rejected.
  [[nodiscard]] virtual bool is_rehearsal(std::string_view) const { return false; }
  // Gives every event of the request to call.intake.
  virtual void decode(TrackerCall& call) = 0;
  // The answer once what decode() gave is committed. `response` is 200 application/json.
  virtual void answer(const TrackerOutcome& outcome, Response& response) const = 0;
};

// The value of "Authorization: Basic base64(KEY:)" or "Bearer KEY"; empty when there is none.
// `scratch` holds what was decoded.
[[nodiscard]] std::string_view key_in_authorization(std::string_view authorization,
                                                    std::string& scratch);
// Ends a path without its slash: "/batch/" → "/batch".
[[nodiscard]] std::string_view without_slash(std::string_view path);
// Makes the answer a 43-byte GIF that nobody keeps.
void answer_gif(Response& response);

}  // namespace rekindle::io
