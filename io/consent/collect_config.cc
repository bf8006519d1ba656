#include "io/consent/collect_config.h"

namespace rekindle::io {

CollectConfig default_collect(const std::string& site) {
  CollectConfig config;
  config.site = site;
  config.tcf[0] = "storage";          // 1 store and access information on a device
  config.tcf[1] = "ads";              // 2 limited data to select advertising
  config.tcf[2] = "ads";              // 3 profiles for personalised advertising
  config.tcf[3] = "ads";              // 4 use them
  config.tcf[4] = "personalization";  // 5 profiles to personalise content
  config.tcf[5] = "personalization";  // 6 use them
  config.tcf[7] = "analytics";        // 8 measure content performance
  config.tcf[8] = "analytics";        // 9 understand audiences
  config.gpc_refuses = {"ads"};
  config.dnt_refuses = {"ads"};
  return config;
}

}  // namespace rekindle::io
