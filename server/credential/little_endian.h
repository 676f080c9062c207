// Numbers in files.
#pragma once

#include <cstddef>
#include <string>

namespace hearth {

// Appends an unsigned number, least byte first.
template <class Number>
void AppendLittleEndian(Number number, std::string& to) {
  for (size_t i = 0; i < sizeof(Number); ++i) to.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
}

// The number at a place.
template <class Number>
Number ReadLittleEndian(const unsigned char* at) {
  Number number = 0;
  for (size_t i = sizeof(Number); i > 0; --i) number = static_cast<Number>(number << 8 | at[i - 1]);
  return number;
}

}  // namespace hearth
