// Makes keys and tokens for tests, with OpenSSL only: nothing of the code under test is used. Failures end
// the test program.
#pragma once

#include <openssl/evp.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace hearth {

// Base64url without padding (RFC 7515, 2).
std::string Base64Url(std::string_view bytes);

// A key pair that signs tokens.
class SigningKey {
 public:
  static SigningKey Rsa(unsigned bits = 2048);
  // An elliptic curve by OpenSSL's name: "P-256", "P-384".
  static SigningKey Ec(const char* curve = "P-256");

  // The public half as a JWK object with this kid, and with `more` (such as R"(,"use":"sig")") before the
  // closing brace.
  std::string Jwk(const std::string& kid, const std::string& more = "") const;

  // "header.payload.signature", signed as `algorithm` says: RS256, PS256, ES256 or ES384.
  std::string Sign(const std::string& algorithm, const std::string& header, const std::string& payload) const;

  // The signature of `text` alone, in the form of JOSE.
  std::string Signature(const std::string& algorithm, std::string_view text) const;

 private:
  explicit SigningKey(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {}
  std::string Number(const char* parameter) const;

  std::shared_ptr<EVP_PKEY> key_;
};

// {"keys":[...]} of these JWKs.
std::string KeySetJson(std::initializer_list<std::string> jwks);

}  // namespace hearth
