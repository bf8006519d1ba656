// Has RocksDB's flushes and compactions give way while they write tables.
#pragma once

#include <rocksdb/table_properties.h>

namespace rekindle::state {

// Looks at the clock for each key written and collects nothing. RocksDB makes one a table, used on
// the thread that writes it.
class GiveWayCollectorFactory final : public rocksdb::TablePropertiesCollectorFactory {
 public:
  rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context context) override;
  [[nodiscard]] const char* Name() const override { return "rekindle.GiveWay"; }
};

}  // namespace rekindle::state
