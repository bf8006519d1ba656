#include "cli/erasure_config.h"

namespace rekindle::cli {

void read_erasure(YamlSection section, EngineConfig& engine) {
  section.read_duration("feed_time", engine.erasure_feed_time, seconds(0), days(30));
  section.read_duration("within", engine.erasure_within, seconds(1), days(90));
  if (engine.erasure_within <= engine.erasure_feed_time) {
    section.fault(section.node(), "'within' must be longer than 'feed_time'");
  }
  section.finish();
}

}  // namespace rekindle::cli
