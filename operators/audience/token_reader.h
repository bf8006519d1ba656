// The parsers' place in the token list, and the bounds they share. Never on the event path.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/limits.h"
#include "operators/audience/lexer.h"

namespace rekindle::operators::audience {

class TokenReader {
 public:
  TokenReader(std::vector<Token> tokens, Faults& faults)
      : x_tokens(std::move(tokens)), x_faults(faults) {}

  [[nodiscard]] const Token& peek() const { return x_tokens[x_at]; }
  [[nodiscard]] const Token& peek_second() const {
    return x_tokens[std::min(x_at + 1, x_tokens.size() - 1)];
  }
  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  [[nodiscard]] bool at_name(std::string_view name) const { return peek().is_name(name); }
  [[nodiscard]] Span last() const { return x_at == 0 ? Span{} : x_tokens[x_at - 1].where; }
  const Token& take() {
    const Token& token = x_tokens[x_at];
    if (token.kind != TokenKind::kEnd) ++x_at;
    nest(token.kind);
    return token;
  }
  bool take_if(TokenKind kind) {
    if (!at(kind)) return false;
    take();
    return true;
  }
  bool take_if_name(std::string_view name) {
    if (!at_name(name)) return false;
    take();
    return true;
  }

  void fault(Span where, std::string message) { x_faults.add(where, std::move(message)); }
  void fault_here(std::string message) { fault(peek().where, std::move(message)); }

  // How many parentheses and brackets are open here; see skip_argument.
  [[nodiscard]] size_t level() const { return x_open.size(); }
  // After a fault: skips to the next ',' or ')' at `level`, or to the end.
  void skip_argument(size_t level) {
    while (!at(TokenKind::kEnd)) {
      const bool closes =
          at(TokenKind::kRightParen) && x_open.find('(', level) == std::string::npos;
      if (closes || (at(TokenKind::kComma) && x_open.size() == level)) return;
      take();
    }
  }

  // False, once reported, when the expression has too many parts.
  bool count_node(Span where) {
    if (++x_nodes <= limits::kExpressionNodesMax) return true;
    if (x_nodes == limits::kExpressionNodesMax + 1) {
      fault(where, "the expression has more than " + std::to_string(limits::kExpressionNodesMax) +
                       " parts");
    }
    return false;
  }

  // Held while a nested part is read.
  class Nesting {
   public:
    explicit Nesting(TokenReader& reader) : x_reader(reader) { ++x_reader.x_depth; }
    ~Nesting() { --x_reader.x_depth; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    [[nodiscard]] bool too_deep() const { return x_reader.x_depth > limits::kExpressionDepthMax; }

   private:
    TokenReader& x_reader;
  };

 private:
  // What closes without having been opened is the parser's to refuse; an open bracket ends with the
  // parenthesis around it.
  void nest(TokenKind kind) {
    if (kind == TokenKind::kLeftParen) x_open.push_back('(');
    if (kind == TokenKind::kLeftBracket) x_open.push_back('[');
    if (kind == TokenKind::kRightBracket && !x_open.empty() && x_open.back() == '[') {
      x_open.pop_back();
    }
    if (kind != TokenKind::kRightParen) return;
    const size_t place = x_open.rfind('(');
    if (place != std::string::npos) x_open.resize(place);
  }

  std::vector<Token> x_tokens;
  Faults& x_faults;
  size_t x_at = 0;
  std::string x_open;  // the parentheses and brackets around this place
  size_t x_depth = 0;
  size_t x_nodes = 0;
};

}  // namespace rekindle::operators::audience
