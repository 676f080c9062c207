#include "merkle.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hearth::client {

std::string Sha256(const std::string& bytes) {
  std::string digest(kHashBytes, '\0');
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(&digest[0]), &size, EVP_sha256(), nullptr);
  return digest;
}

std::string HashNode(const std::string& left, const std::string& right) {
  return Sha256(absl::StrCat(absl::string_view("\x01", 1), left, right));
}

std::string HashFromHex(const std::string& hex, size_t size) {
  const bool good = hex.size() == 2 * size && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!good) return "";
  std::string bytes(size, '\0');
  size_t length = 0;
  const int done =
      OPENSSL_hexstr2buf_ex(reinterpret_cast<unsigned char*>(bytes.data()), size, &length, hex.c_str(), '\0');
  return done == 1 && length == size ? bytes : "";
}

}  // namespace hearth::client
