#include "state/give_way_collector.h"

#include "core/thread_role.h"

namespace rekindle::state {
namespace {

class GiveWayCollector final : public rocksdb::TablePropertiesCollector {
 public:
  rocksdb::Status AddUserKey(const rocksdb::Slice&, const rocksdb::Slice&, rocksdb::EntryType,
                             rocksdb::SequenceNumber, uint64_t) override {
    give_way();
    return rocksdb::Status::OK();
  }
  rocksdb::Status Finish(rocksdb::UserCollectedProperties*) override {
    return rocksdb::Status::OK();
  }
  [[nodiscard]] rocksdb::UserCollectedProperties GetReadableProperties() const override {
    return {};
  }
  [[nodiscard]] const char* Name() const override { return "rekindle.GiveWay"; }
};

}  // namespace

rocksdb::TablePropertiesCollector* GiveWayCollectorFactory::CreateTablePropertiesCollector(
    Context) {
  return new GiveWayCollector;  // RocksDB owns it
}

}  // namespace rekindle::state
