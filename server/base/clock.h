// Time and randomness are passed in, so that tests own them.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace hearth {

// Tells the time. Thread-safe. Decisions about expiry of stored things use the database's clock, not this one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace hearth
