#include "server/base/hex.h"

#include <sodium.h>

namespace hearth {

// Abseil has two functions for this: one that its newer releases deprecate, and one that its older releases lack.
std::string FromHex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  size_t length = 0;
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                                    hex.size(), nullptr, &length, nullptr);
  return failed != 0 ? "" : bytes.substr(0, length);
}

}  // namespace hearth
