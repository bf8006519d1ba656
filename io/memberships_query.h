// Asks a visitor's shard which audiences they are in. On its io thread, except run().
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/query.h"
#include "io/io_thread.h"

namespace rekindle::io {

// Names of the audiences in force, in the order of their ids; empty for who was never seen.
using AudienceNames = std::vector<std::string>;

class MembershipsQuery final : public Query {
 public:
  using Done = std::function<void(AudienceNames)>;
  // `done` is called once, unless false is returned: the shard's inbox is full. With what the shard
  // does with it: answers of one shard come in the order they were asked for.
  [[nodiscard]] static bool ask(IoThread& thread, VisitorKey visitor, Done done);

  void run(QueryScope& scope) override;
  void on_reply() override;

 private:
  MembershipsQuery(uint32_t partitions, VisitorKey visitor, Done done)
      : x_partitions(partitions), x_visitor(visitor), x_done(std::move(done)) {}

  uint32_t x_partitions;
  VisitorKey x_visitor;
  AudienceNames x_names;
  Done x_done;
};

// ["a","b"]
void append_names(std::string& out, const AudienceNames& names);

}  // namespace rekindle::io
