#include "cli/presets/uci_category.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace rekindle::cli {
namespace {

// Nouns in alphabetical order; the category is the noun in lower case.
constexpr std::string_view kNouns[] = {
    "apron",       "bag",         "basin",    "basket",     "beaker",  "bell",      "bin",
    "blackboard",  "blanket",     "book",     "bottle",     "bowl",    "box",       "bracelet",
    "brooch",      "brush",       "bucket",   "bunting",    "cabinet", "cakestand", "calendar",
    "candle",      "candlestick", "cape",     "card",       "case",    "chain",     "chair",
    "chalkboard",  "charm",       "chest",    "chopstick",  "clip",    "clock",     "coaster",
    "container",   "cover",       "crayon",   "cup",        "cushion", "cutlery",   "cutter",
    "decoration",  "dinner",      "dish",     "doily",      "doll",    "doormat",   "drawer",
    "earring",     "fan",         "frame",    "game",       "garland", "glass",     "hairclip",
    "hammock",     "hanger",      "holder",   "hook",       "incense", "jar",       "jigsaw",
    "jug",         "kit",         "knob",     "ladder",     "lamp",    "lantern",   "light",
    "magnet",      "mat",         "mirror",   "mobile",     "mould",   "mug",       "napkin",
    "necklace",    "notebook",    "ornament", "pad",        "paper",   "parasol",   "party",
    "pen",         "pencil",      "photo",    "picture",    "plant",   "planter",   "plaster",
    "plate",       "platter",     "postcard", "poster",     "pot",     "puppet",    "purse",
    "puzzle",      "rack",        "ribbon",   "ring",       "rope",    "rug",       "ruler",
    "saucer",      "scales",      "scarf",    "scissor",    "shelf",   "shopper",   "sign",
    "slate",       "soap",        "spoon",    "stand",      "sticker", "stool",     "straw",
    "string",      "suitcase",    "t-light",  "tablecloth", "tape",    "teapot",    "teaset",
    "thermometer", "tidy",        "tin",      "tissue",     "torch",   "towel",     "toy",
    "tray",        "trinket",     "umbrella", "vase",       "wallet",  "warmer",    "watch",
    "wrap",        "wreath",      "writing"};

constexpr std::string_view kServices[] = {
    "POST", "DOT", "C2", "C3", "M", "D", "S", "B", "CRUK", "AMAZONFEE", "BANK CHARGES", "m"};

// The listed noun equal to `word`, or nothing.
std::string_view noun(std::string_view word) {
  const auto found = std::lower_bound(std::begin(kNouns), std::end(kNouns), word);
  return found != std::end(kNouns) && *found == word ? *found : std::string_view{};
}

// The listed noun that `word` is, in the singular or plural.
std::string_view noun_of(const std::string& word) {
  if (const auto found = noun(word); !found.empty()) return found;
  const std::string_view text = word;
  if (text.ends_with("ies")) {
    return noun(std::string(text.substr(0, text.size() - 3)) + "y");
  }
  if (text.ends_with("s")) {
    if (const auto found = noun(text.substr(0, text.size() - 1)); !found.empty()) return found;
  }
  return text.ends_with("es") ? noun(text.substr(0, text.size() - 2)) : std::string_view{};
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || c == '-';
}

}  // namespace

std::string_view uci_category(std::string_view stock_code, std::string_view description) {
  if (std::find(std::begin(kServices), std::end(kServices), stock_code) != std::end(kServices)) {
    return "service";
  }
  if (stock_code.starts_with("gift_")) return "gift voucher";
  std::string word;  // the current word, from its last letter to its first
  for (size_t i = description.size() + 1; i-- > 0;) {
    const char c = i == 0 ? ' ' : description[i - 1];
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (is_word_char(lower)) {
      word.insert(word.begin(), lower);
      continue;
    }
    if (const auto found = noun_of(word); !found.empty()) return found;
    word.clear();
  }
  return "other";
}

}  // namespace rekindle::cli
