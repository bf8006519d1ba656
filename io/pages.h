// Files for browsers: rekindle.js, and the demo shop when the configuration names its directory.
// All are in memory from the start on, so a request's path is looked up and never opened.
//
// Thread: made once before the io threads run; find() from any.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>

#include "core/error.h"
#include "io/server_config.h"

namespace rekindle::io {

struct Page {
  std::string_view content_type;
  std::string_view cache_control;
  std::string body;
  std::string gzip;  // the same compressed; empty when that is no smaller
  std::string etag;  // with its quotes
};

class Pages {
 public:
  // Errors: kInvalidConfiguration (a path that is none, more or larger files than limits.h says),
  // kNotFound (the directory, or one of its files, cannot be read).
  [[nodiscard]] static Result<Pages> make(const ServerConfig& config);
  [[nodiscard]] const Page* find(std::string_view path) const;  // null: none
  [[nodiscard]] bool has_demo() const { return x_has_demo; }

 private:
  void add(std::string path, std::string_view content_type, std::string_view cache_control,
           std::string body);
  [[nodiscard]] Result<void> add_demo(const std::string& directory);

  absl::flat_hash_map<std::string, Page> x_pages;
  bool x_has_demo = false;
};

}  // namespace rekindle::io
