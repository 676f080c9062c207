// JSON that holds secrets.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth {

// Wipes what it gives back.
template <class T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <class Other>
  WipingAllocator(const WipingAllocator<Other>&) {}  // NOLINT(google-explicit-constructor): allocators convert.

  T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, size_t count) {
    sodium_memzero(static_cast<void*>(memory), count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

// A text that is wiped when it goes and when it moves to more room, unless it is so short (15 bytes) that it needs no room of its own.
using WipedText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

// JSON whose texts are wiped with it.
using SecretJson =
    nlohmann::basic_json<std::map, std::vector, WipedText, bool, int64_t, uint64_t, double, WipingAllocator>;

// Parses a text; is_discarded() when it is no JSON. The parser keeps the token that it reads in memory of its own, which nobody wipes: a token of blanks
// as long as the text comes first, so that this memory need not grow any more, and another last, which overwrites it.
inline SecretJson ParseSecretJson(std::string_view text) {
  const WipedText blanks(text.size(), ' ');
  WipedText padded;
  padded.reserve(3 * text.size() + 8);
  padded.append("[\"").append(blanks).append("\",").append(text).append(",\"").append(blanks).append("\"]");
  SecretJson all = SecretJson::parse(padded.begin(), padded.end(), nullptr, /*allow_exceptions=*/false);
  if (!all.is_array() || all.size() != 3) return SecretJson(SecretJson::value_t::discarded);
  return std::move(all[1]);
}

}  // namespace hearth
