#include "server/authn/public_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace hearth {
namespace {

struct Network4 {
  uint32_t address;
  int bits;
};

constexpr uint32_t Ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) { return a << 24 | b << 16 | c << 8 | d; }

constexpr std::array<Network4, 16> kSpecial4 = {{{Ip(0, 0, 0, 0), 8},
                                                 {Ip(10, 0, 0, 0), 8},
                                                 {Ip(100, 64, 0, 0), 10},
                                                 {Ip(127, 0, 0, 0), 8},
                                                 {Ip(169, 254, 0, 0), 16},
                                                 {Ip(172, 16, 0, 0), 12},
                                                 {Ip(192, 0, 0, 0), 24},
                                                 {Ip(192, 0, 2, 0), 24},
                                                 {Ip(192, 31, 196, 0), 24},
                                                 {Ip(192, 88, 99, 0), 24},
                                                 {Ip(192, 168, 0, 0), 16},
                                                 {Ip(198, 18, 0, 0), 15},
                                                 {Ip(198, 51, 100, 0), 24},
                                                 {Ip(203, 0, 113, 0), 24},
                                                 {Ip(224, 0, 0, 0), 4},
                                                 {Ip(240, 0, 0, 0), 4}}};

struct Network6 {
  std::array<uint8_t, 16> address;
  int bits;
};

// Within 2000::/3, the only block of which public unicast addresses are given out.
constexpr std::array<Network6, 5> kSpecial6 = {{{{0x20, 0x01, 0x00}, 23},  // Protocol assignments, Teredo among them.
                                                {{0x20, 0x01, 0x0d, 0xb8}, 32},  // Documentation.
                                                {{0x20, 0x02}, 16},              // 6to4: an IPv4 address dressed up.
                                                {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},
                                                {{0x3f, 0xff, 0x00}, 20}}};  // Documentation.

bool IsIn(uint32_t address, const Network4& network) { return (address ^ network.address) >> (32 - network.bits) == 0; }

bool IsIn(const uint8_t* address, const Network6& network) {
  for (int bit = 0; bit < network.bits; ++bit) {
    const int mask = 0x80 >> (bit % 8);
    if (((address[bit / 8] ^ network.address[static_cast<size_t>(bit / 8)]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

bool IsPublicAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    const uint32_t ip = ntohl(v4.sin_addr.s_addr);
    return std::none_of(kSpecial4.begin(), kSpecial4.end(),
                        [ip](const Network4& network) { return IsIn(ip, network); });
  }
  if (address->sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, address, sizeof v6);
  const uint8_t* ip = v6.sin6_addr.s6_addr;
  return (ip[0] & 0xe0) == 0x20 &&
         std::none_of(kSpecial6.begin(), kSpecial6.end(), [ip](const Network6& network) { return IsIn(ip, network); });
}

}  // namespace hearth
