// What a key allows. Every route of io/routes/routes.cc names the scope it needs; a WebSocket's
// frames name theirs. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rekindle::io {

enum class Scope : uint8_t {
  kOpen,            // needs no key: health
  kSigned,          // needs no key: the request itself is signed
  kAnyKey,          // any key; what is asked for behind it needs more
  kCollect,         // send events
  kDecide,          // ask for offers
  kVisitorsRead,    // profiles of visitors, and why they are in an audience
  kVisitorsWrite,   // change and erase visitors
  kAudiencesRead,   // definitions, sizes, members, changes
  kAudiencesWrite,  // define audiences
  kCatalogWrite,    // replace and change a site's products
  kReportsRead,
  kQuarantine,  // see, repair and replay events that were refused
  kMetrics,
  kAdmin,  // all of the above, and what has no scope of its own
};
inline constexpr Scope kLastScope = Scope::kAdmin;

[[nodiscard]] std::string_view name_of(Scope scope);  // "audiences:read", "decide", …
// Those a key may be given, by their names; nothing for others.
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view name);

// A set of them.
class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr Scopes& add(Scope scope) {
    x_bits |= bit(scope);
    return *this;
  }
  [[nodiscard]] constexpr bool allow(Scope scope) const {
    const bool is_for_any = scope <= Scope::kAnyKey;
    return is_for_any || (x_bits & (bit(scope) | bit(Scope::kAdmin))) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return x_bits == 0; }

 private:
  static constexpr uint32_t bit(Scope scope) { return 1U << static_cast<uint32_t>(scope); }
  uint32_t x_bits = 0;
};

}  // namespace rekindle::io
