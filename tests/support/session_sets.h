// Public sets of sessions for tests and benches: clicks in files of "session<TAB>item<TAB>time",
// the shape in which the literature on session-based recommendation shares them.
//
// `serenade` is part of this repository (data/README.md). `yoochoose` is not: what needs it says
// "skipped: data absent" where ../shared/data (or $REKINDLE_DATA) does not have it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/change.h"
#include "core/ids.h"

namespace rekindle::testing {

struct Click {
  uint64_t item = 0;
  int64_t at_ms = 0;
  [[nodiscard]] NameHash product() const { return item_name_hash(std::to_string(item)); }
};
struct ClickSession {
  uint64_t id = 0;
  std::vector<Click> clicks;  // by time; equal times in the file's order
};
struct ClickSet {
  std::vector<ClickSession> sessions;  // by id
  size_t clicks = 0;
  uint64_t hash = 0;  // of the file
};

inline std::string archive_path(const std::string& source_dir, const std::string& archive) {
  const std::string shipped = source_dir + "/data/" + archive;
  if (std::filesystem::exists(shipped)) return shipped;
  const char* const elsewhere = std::getenv("REKINDLE_DATA");
  return (elsewhere != nullptr ? std::string(elsewhere) : source_dir + "/../shared/data") + "/" +
         archive;
}

// The text of one file of a .tar.zst archive.
inline std::string archive_member(const std::string& archive, const std::string& member) {
  const std::string command = "tar --zstd -xOf '" + archive + "' " + member;
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char chunk[65'536];
  for (size_t n = 0; (n = fread(chunk, 1, sizeof chunk, pipe)) > 0;) text.append(chunk, n);
  if (pclose(pipe) != 0 || text.empty()) throw std::runtime_error("failed: " + command);
  return text;
}

inline ClickSet parse_clicks(const std::string& text) {
  ClickSet set;
  set.hash = name_hash(text);
  std::map<uint64_t, ClickSession> sessions;
  for (size_t begin = text.find('\n') + 1; begin < text.size();) {
    size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    const std::string line = text.substr(begin, end - begin);
    unsigned long long session = 0;
    unsigned long long item = 0;
    double at = 0;
    if (sscanf(line.c_str(), "%llu\t%llu\t%lf", &session, &item, &at) != 3) {
      throw std::runtime_error("not a click: " + line);
    }
    sessions[session].clicks.push_back({item, std::llround(at * 1'000)});
    ++set.clicks;
    begin = end + 1;
  }
  for (auto& [id, session] : sessions) {
    session.id = id;
    std::stable_sort(session.clicks.begin(), session.clicks.end(),
                     [](const Click& a, const Click& b) { return a.at_ms < b.at_ms; });
    set.sessions.push_back(std::move(session));
  }
  return set;
}

inline ClickSet load_clicks(const std::string& archive, const std::string& member) {
  ClickSet set = parse_clicks(archive_member(archive, member));
  std::fprintf(stderr, "%s: %zu clicks, %zu sessions, XXH3 %016llx\n", member.c_str(), set.clicks,
               set.sessions.size(), static_cast<unsigned long long>(set.hash));
  return set;
}

// As the session log would have it: every session of a visitor of its own.
inline ClosedSession closed_session(const ClickSession& session, SiteId site) {
  ClosedSession closed;
  closed.site = site;
  closed.visitor = {session.id, session.id};
  closed.start = EventTime{session.clicks.front().at_ms};
  closed.end = EventTime{session.clicks.back().at_ms};
  for (const Click& click : session.clicks) {
    closed.lines.push_back(
        {EventType::kViewItem, EventTime{click.at_ms}, click.product(), kNoName, kNoName});
  }
  return closed;
}

}  // namespace rekindle::testing
