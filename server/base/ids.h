// Random identifiers.
#pragma once

#include <string>

namespace hearth {

// A random UUID of version 4 (RFC 9562, 5.4) from the operating system's generator: 122 random bits. Thread-safe.
std::string NewUuid4();

}  // namespace hearth
