// Hashes of the audit's trees (RFC 9162, 2.1), for what is verified here.
#ifndef HEARTH_CLIENT_SRC_MERKLE_H_
#define HEARTH_CLIENT_SRC_MERKLE_H_

#include <cstddef>
#include <string>

namespace hearth::client {

inline constexpr size_t kHashBytes = 32;

// SHA-256 of the bytes.
std::string Sha256(const std::string& bytes);
// The hash of a node over two subtrees.
std::string HashNode(const std::string& left, const std::string& right);
// The bytes of so many in hexadecimal, lower case; empty when it is anything else.
std::string HashFromHex(const std::string& hex, size_t size = kHashBytes);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_MERKLE_H_
