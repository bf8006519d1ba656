// Looks at the member sets of audiences in all shards: sizes, or one page of one audience's members
// with their names. Used by the audience routes.
//
// A page is a slice of the order (partition, visitor number). A pull of many pages sees each page
// as it is when it is read; replaying the change feed from the cursor of the FIRST page on top of
// all pages gives the set as it is now, because the last change of a visitor decides. That is why
// the page cursor carries the first page's feed cursor with it.
//
// Thread: the asking io thread, except where noted. Names are looked up on the errand thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rules.h"
#include "core/set_checksum.h"
#include "io/changes_cursor.h"
#include "io/io_thread.h"

namespace rekindle::io {

struct PageCursor {
  ChangesCursor changes_after;  // of the first page
  uint32_t partition = 0;       // the next member is at this place or later
  VisitorNumber number = 0;

  [[nodiscard]] std::string text() const;
  // Errors: kInvalidArgument.
  [[nodiscard]] static Result<PageCursor> parse(std::string_view text, uint32_t partitions);
};

struct Member {
  uint16_t partition = 0;
  VisitorNumber number = 0;
  SiteId site{};
  std::string name;  // empty until looked up
};

struct MembersPage {
  std::vector<Member> members;
  std::optional<uint64_t> size;               // of the whole audience; not known of one site's
  EventTime as_of = EventTime::before_all();  // the newest partition clock
  std::string changes_after;                  // cursor text
  std::optional<SetChecksum> checksum;        // at changes_after; of the first page only; the same
  std::string next;                           // page cursor text; empty: this was the last page
};

// Calls `done` once, unless an error is returned. Errors: kOverloaded; to `done` also kStoreFailed.
// `only`: leave out the members of other sites, so that a page may hold fewer than `limit`, or
// none, and still have a next one; null: all.
[[nodiscard]] Result<void> read_members(IoThread& thread, AudienceId audience, size_t limit,
                                        std::optional<PageCursor> from, const Site* only,
                                        std::function<void(Result<MembersPage>)> done);

struct AudienceSizes {
  std::vector<uint64_t> sizes;                // in the order asked for
  EventTime as_of = EventTime::before_all();  // the newest partition clock
};
// Errors: kOverloaded.
[[nodiscard]] Result<void> read_sizes(IoThread& thread, std::vector<AudienceId> audiences,
                                      std::function<void(Result<AudienceSizes>)> done);

}  // namespace rekindle::io
