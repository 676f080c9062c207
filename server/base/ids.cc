#include "server/base/ids.h"

#include <sodium.h>

#include <array>

namespace hearth {

std::string NewUuid4() {
  std::array<unsigned char, 16> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::array<char, 33> hex;
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  std::string uuid(hex.data(), 32);
  for (const size_t position : {8, 13, 18, 23}) uuid.insert(position, 1, '-');
  return uuid;
}

}  // namespace hearth
