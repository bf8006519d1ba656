// Which audiences a visitor is in, by name, and that as JSON.
#pragma once

#include <string>
#include <vector>

#include "core/query.h"

namespace rekindle::io {

using AudienceNames = std::vector<std::string>;

// Of the audiences in force, in the order of their ids; none for who was never seen. On the
// visitor's shard.
[[nodiscard]] AudienceNames audience_names(QueryScope& scope, VisitorKey visitor,
                                           uint32_t partitions);

// ["a","b"]
void append_names(std::string& out, const AudienceNames& names);

}  // namespace rekindle::io
