// Randomness is passed in, so that tests own it.
#pragma once

#include <sodium.h>

#include <cstdint>

namespace hearth {

// A source of random numbers that nobody can predict. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  // A number from 0 to `bound` - 1, each equally likely (no modulo bias). `bound` is at least 1.
  virtual uint32_t Uniform(uint32_t bound) = 0;
};

// The operating system's generator, through libsodium.
class SystemRandom final : public Random {
 public:
  uint32_t Uniform(uint32_t bound) override { return randombytes_uniform(bound); }
};

}  // namespace hearth
