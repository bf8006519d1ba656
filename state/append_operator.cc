#include "state/append_operator.h"

namespace rekindle::state {
namespace {

template <typename Slices>
void join(const rocksdb::Slice* first, const Slices& others, std::string& out) {
  size_t bytes = first == nullptr ? 0 : first->size();
  for (const rocksdb::Slice& other : others) bytes += other.size();
  out.clear();
  out.reserve(bytes);
  if (first != nullptr) out.append(first->data(), first->size());
  for (const rocksdb::Slice& other : others) out.append(other.data(), other.size());
}

}  // namespace

bool AppendOperator::FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const {
  join(in.existing_value, in.operand_list, out->new_value);
  return true;
}

bool AppendOperator::PartialMergeMulti(const rocksdb::Slice&,
                                       const std::deque<rocksdb::Slice>& operands,
                                       std::string* joined, rocksdb::Logger*) const {
  join(nullptr, operands, *joined);
  return true;
}

}  // namespace rekindle::state
