// Room for a password on its way.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace hearth {

// A buffer of fixed size, wiped at the end.
template <class Unit, size_t kSize>
struct Scratch {
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { sodium_memzero(units.data(), sizeof units); }

  std::array<Unit, kSize> units;
  int32_t length = 0;
};

}  // namespace hearth
