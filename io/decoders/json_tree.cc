#include "io/decoders/json_tree.h"

#include "core/limits.h"
#include "io/decimal_text.h"
#include "io/decoders/json_events.h"
#include "io/decoders/json_walk.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;
using ondemand::json_type;
using simdjson::error_code;

namespace {

constexpr size_t kBytesKept = 1'024 * 1'024;  // larger buffers are made anew when next used

Error error_of(error_code code) {
  const ErrorCode ours = code == simdjson::UTF8_ERROR ? ErrorCode::kInvalidUtf8
                         : code == simdjson::MEMALLOC || code == simdjson::CAPACITY
                             ? ErrorCode::kBodyTooLarge
                             : ErrorCode::kMalformedJson;
  return {ours, simdjson::error_message(code)};
}

}  // namespace

struct JsonTree::Reader {
  ondemand::parser parser;
  ondemand::document document;
  std::vector<Node>* nodes = nullptr;
  const char* end = nullptr;  // of the text

  error_code whole(std::string_view text) {
    const simdjson::padded_string_view view(text.data(), text.size(),
                                            text.size() + simdjson::SIMDJSON_PADDING);
    end = text.data() + text.size();
    RK_TRY_JSON(parser.iterate(view).get(document));
    ondemand::value root;
    RK_TRY_JSON(document.get_value().get(root));
    RK_TRY_JSON(add(root, {}, 1));
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS
               ? simdjson::SUCCESS
               : simdjson::TRAILING_CONTENT;
  }

  error_code add(ondemand::value value, std::string_view name, size_t depth) {
    if (nodes->size() >= limits::kJsonNodesMax) return simdjson::CAPACITY;
    json_type type;
    RK_TRY_JSON(value.type().get(type));
    const std::string_view token = trim_end(value.raw_json_token());
    const auto index = static_cast<uint32_t>(nodes->size());
    nodes->push_back({name.data(), nullptr, token.data(), static_cast<uint32_t>(name.size()), 0,
                      static_cast<uint32_t>(token.size()), 0, 0, Kind::kNull, false});
    switch (type) {
      case json_type::object:
      case json_type::array: return add_container(value, type, index, depth);
      case json_type::string: return add_string(value, index);
      case json_type::number:
        set(index, Kind::kNumber, token);
        return is_json_number(token) ? simdjson::SUCCESS : simdjson::NUMBER_ERROR;
      case json_type::boolean: {
        bool truth = false;
        RK_TRY_JSON(value.get_bool().get(truth));
        (*nodes)[index].kind = truth ? Kind::kTrue : Kind::kFalse;
        return simdjson::SUCCESS;
      }
      case json_type::null: {
        bool is_null = false;
        RK_TRY_JSON(value.is_null().get(is_null));
        return is_null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
      }
    }
    return simdjson::TAPE_ERROR;
  }

  void set(uint32_t index, Kind kind, std::string_view text) {
    Node& node = (*nodes)[index];
    node.kind = kind;
    node.text = text.data();
    node.text_size = static_cast<uint32_t>(text.size());
  }

  error_code add_string(ondemand::value value, uint32_t index) {
    std::string_view text;
    const error_code code = value.get_string().get(text);
    if (code != simdjson::SUCCESS && code != simdjson::STRING_ERROR) return code;
    set(index, Kind::kString, code == simdjson::SUCCESS ? text : std::string_view());
    (*nodes)[index].broken = code != simdjson::SUCCESS;
    return simdjson::SUCCESS;
  }

  error_code add_container(ondemand::value value, json_type type, uint32_t index, size_t depth) {
    (*nodes)[index].kind = type == json_type::object ? Kind::kObject : Kind::kArray;
    if (depth > limits::kJsonDepthMax) {
      (*nodes)[index].broken = true;
      bool too_deep = false;
      return visit(value, depth, too_deep);
    }
    uint32_t newest = 0;
    const auto link = [&](uint32_t child) {
      if (newest != 0) (*nodes)[newest].next = child;
      newest = child;
      ++(*nodes)[index].children;
    };
    if (type == json_type::array) {
      ondemand::array array;
      RK_TRY_JSON(value.get_array().get(array));
      for (auto element : array) {
        ondemand::value inner;
        RK_TRY_JSON(std::move(element).get(inner));
        const auto child = static_cast<uint32_t>(nodes->size());
        RK_TRY_JSON(add(inner, {}, depth + 1));
        link(child);
      }
    } else {
      ondemand::object object;
      RK_TRY_JSON(value.get_object().get(object));
      for (auto element : object) {
        ondemand::field field;
        RK_TRY_JSON(std::move(element).get(field));
        std::string_view name;
        const error_code code = field.unescaped_key().get(name);
        if (code != simdjson::SUCCESS && code != simdjson::STRING_ERROR) return code;
        const auto child = static_cast<uint32_t>(nodes->size());
        RK_TRY_JSON(add(field.value(), name, depth + 1));
        link(child);
      }
    }
    return close(index);
  }

  // What was read of a container ends before the next token.
  error_code close(uint32_t index) {
    const char* at = nullptr;
    if (document.current_location().get(at) != simdjson::SUCCESS) at = end;
    Node& node = (*nodes)[index];
    const std::string_view raw = trim_end({node.raw, static_cast<size_t>(at - node.raw)});
    node.raw_size = static_cast<uint32_t>(raw.size());
    return simdjson::SUCCESS;
  }
};

JsonTree::JsonTree() : x_reader(std::make_unique<Reader>()) {
  x_reader->nodes = &x_nodes;
}
JsonTree::~JsonTree() = default;

Result<JsonValue> JsonTree::read(std::string_view text, size_t readable_bytes) {
  if (x_reader->parser.capacity() > kBytesKept) x_reader->parser = ondemand::parser();
  if (x_nodes.capacity() * sizeof(Node) > kBytesKept) std::vector<Node>().swap(x_nodes);
  if (x_copy.capacity() > kBytesKept) std::string().swap(x_copy);
  x_nodes.clear();
  if (readable_bytes < text.size() + kJsonPaddingBytes) {
    x_copy.reserve(text.size() + kJsonPaddingBytes);
    x_copy.assign(text);
    text = x_copy;
  }
  // A lone scalar is not what any protocol sends, and on-demand reads documents of one differently.
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) {
    return Error{ErrorCode::kMalformedJson, "not an object or array"};
  }
  if (const error_code code = x_reader->whole(text)) return error_of(code);
  return JsonValue(this, 0);
}

Kind JsonValue::kind() const {
  return x_tree == nullptr ? Kind::kAbsent : x_tree->x_nodes[x_node].kind;
}

JsonValue JsonValue::operator[](std::string_view wanted) const {
  if (!is(Kind::kObject)) return {};
  JsonValue found;
  for (JsonValue child = first(); child.exists(); child = child.next()) {
    if (child.name() == wanted) found = child;
  }
  return found;
}

std::string_view JsonValue::text() const {
  if (x_tree == nullptr) return {};
  const auto& node = x_tree->x_nodes[x_node];
  return node.text == nullptr ? std::string_view() : std::string_view(node.text, node.text_size);
}

std::string_view JsonValue::raw() const {
  if (x_tree == nullptr) return {};
  const auto& node = x_tree->x_nodes[x_node];
  return {node.raw, node.raw_size};
}

bool JsonValue::is_broken() const {
  return x_tree != nullptr && x_tree->x_nodes[x_node].broken;
}

std::string_view JsonValue::name() const {
  if (x_tree == nullptr) return {};
  const auto& node = x_tree->x_nodes[x_node];
  return node.name == nullptr ? std::string_view() : std::string_view(node.name, node.name_size);
}

size_t JsonValue::children() const {
  return x_tree == nullptr ? 0 : x_tree->x_nodes[x_node].children;
}

JsonValue JsonValue::first() const {
  return children() == 0 ? JsonValue() : JsonValue(x_tree, x_node + 1);
}

JsonValue JsonValue::next() const {
  if (x_tree == nullptr || x_tree->x_nodes[x_node].next == 0) return {};
  return JsonValue(x_tree, x_tree->x_nodes[x_node].next);
}

}  // namespace rekindle::io
