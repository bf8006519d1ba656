// What StateBatch::append means to RocksDB: bytes behind bytes. Reads and compactions put them
// together.
#pragma once

#include <rocksdb/merge_operator.h>

namespace rekindle::state {

// Thread: any.
class AppendOperator final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override;
  bool PartialMergeMulti(const rocksdb::Slice& key, const std::deque<rocksdb::Slice>& operands,
                         std::string* joined, rocksdb::Logger* logger) const override;
  [[nodiscard]] const char* Name() const override { return "rekindle.Append"; }
};

}  // namespace rekindle::state
