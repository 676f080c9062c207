// JSON that holds secrets.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
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

// JSON whose texts are wiped with it, and those that the parser held meanwhile.
using SecretJson =
    nlohmann::basic_json<std::map, std::vector, WipedText, bool, int64_t, uint64_t, double, WipingAllocator>;

}  // namespace hearth
