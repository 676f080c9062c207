// Hexadecimal digits as bytes.
#pragma once

#include <string>
#include <string_view>

namespace hearth {

// The bytes of pairs of hexadecimal digits; empty when the text is anything else. Thread-safe.
std::string FromHex(std::string_view hex);

}  // namespace hearth
