// A JSON text as a tree that can be asked in any order, for protocols whose objects nest and whose
// fields come in any order. Every value is visited, so a text that was read is JSON throughout.
// Numbers keep their text as written (money never becomes floating point); a string is unescaped
// once. A string with an escape that names no character, or what lies deeper than
// limits::kJsonDepthMax, does not spoil the rest: it is a broken value.
//
// For the decoders' sources. Thread: its owner's. Owns: a parser and the nodes, reused; JsonValues
// are views that are valid until the next read().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace rekindle::io {

class JsonTree;

class JsonValue {
 public:
  enum class Kind : uint8_t { kAbsent, kNull, kFalse, kTrue, kNumber, kString, kObject, kArray };

  JsonValue() = default;

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is(Kind wanted) const { return kind() == wanted; }
  // Neither absent nor null.
  explicit operator bool() const { return kind() > Kind::kNull; }
  // A member of an object, the last one of that name; absent when there is none or this is no
  // object, so that chains need no checks.
  [[nodiscard]] JsonValue operator[](std::string_view name) const;
  // A string without its escapes, or a number as written; empty for all else.
  [[nodiscard]] std::string_view text() const;
  // The value's JSON text.
  [[nodiscard]] std::string_view raw() const;
  [[nodiscard]] bool is_broken() const;
  // Name within the object this is a member of.
  [[nodiscard]] std::string_view name() const;
  // Children of an object or array, in order: for (v = x.first(); v.exists(); v = v.next()).
  [[nodiscard]] JsonValue first() const;
  [[nodiscard]] JsonValue next() const;
  [[nodiscard]] bool exists() const { return x_tree != nullptr; }
  [[nodiscard]] size_t children() const;

 private:
  friend class JsonTree;
  JsonValue(const JsonTree* tree, uint32_t node) : x_tree(tree), x_node(node) {}
  const JsonTree* x_tree = nullptr;
  uint32_t x_node = 0;
};

class JsonTree {
 public:
  JsonTree();
  ~JsonTree();

  // The whole text as one value. `readable_bytes` as JsonEvents::decode; with too few the text is
  // copied once. Errors: kMalformedJson, kInvalidUtf8, kBodyTooLarge (limits::kJsonNodesMax).
  [[nodiscard]] Result<JsonValue> read(std::string_view text, size_t readable_bytes = 0);

 private:
  friend class JsonValue;
  struct Node {
    const char* name;
    const char* text;
    const char* raw;
    uint32_t name_size;
    uint32_t text_size;
    uint32_t raw_size;
    uint32_t children;
    uint32_t next;  // sibling; 0: none
    JsonValue::Kind kind;
    bool broken;
  };
  struct Reader;

  std::unique_ptr<Reader> x_reader;
  std::vector<Node> x_nodes;
  std::string x_copy;
};

}  // namespace rekindle::io
