#include "tests/support/token_maker.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstdlib>

namespace hearth {
namespace {

// Tests need no finer answer to a failing OpenSSL.
template <class T>
T Must(T result) {
  if (!result) std::abort();
  return result;
}

std::string Bytes(const BIGNUM* number, int size) {
  std::string bytes(size, '\0');
  if (BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size) != size) std::abort();
  return bytes;
}

// From the DER of X9.62 to r and s side by side (RFC 7518, 3.4).
std::string JoinedNumbers(const std::string& der, int coordinate_bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = Must(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  const std::string joined =
      Bytes(ECDSA_SIG_get0_r(signature), coordinate_bytes) + Bytes(ECDSA_SIG_get0_s(signature), coordinate_bytes);
  ECDSA_SIG_free(signature);
  return joined;
}

}  // namespace

std::string Base64Url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                              reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size())));
  text.erase(std::min(text.find('='), text.size()));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

SigningKey SigningKey::Rsa(unsigned bits) { return SigningKey(Must(EVP_RSA_gen(bits))); }
SigningKey SigningKey::Ec(const char* curve) { return SigningKey(Must(EVP_EC_gen(curve))); }

std::string SigningKey::Number(const char* parameter) const {
  BIGNUM* number = nullptr;
  Must(EVP_PKEY_get_bn_param(key_.get(), parameter, &number));
  const bool is_coordinate = EVP_PKEY_is_a(key_.get(), "EC");
  const int size = is_coordinate ? (EVP_PKEY_get_bits(key_.get()) + 7) / 8 : BN_num_bytes(number);
  const std::string bytes = Bytes(number, size);
  BN_free(number);
  return Base64Url(bytes);
}

std::string SigningKey::Jwk(const std::string& kid, const std::string& more) const {
  const std::string end = R"(","kid":")" + kid + "\"" + more + "}";
  if (EVP_PKEY_is_a(key_.get(), "RSA")) {
    return R"({"kty":"RSA","n":")" + Number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" + Number(OSSL_PKEY_PARAM_RSA_E) + end;
  }
  const std::string curve = EVP_PKEY_get_bits(key_.get()) == 256 ? "P-256" : "P-384";
  return R"({"kty":"EC","crv":")" + curve + R"(","x":")" + Number(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
         Number(OSSL_PKEY_PARAM_EC_PUB_Y) + end;
}

std::string SigningKey::Signature(const std::string& algorithm, std::string_view text) const {
  const EVP_MD* digest = algorithm.ends_with("384") ? EVP_sha384() : EVP_sha256();
  EVP_MD_CTX* context = Must(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  Must(EVP_DigestSignInit(context, &options, digest, nullptr, key_.get()) == 1);
  if (algorithm.starts_with("PS")) {
    Must(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
    Must(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  Must(EVP_DigestSign(context, nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  Must(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1);
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return algorithm.starts_with("ES") ? JoinedNumbers(signature, EVP_PKEY_get_bits(key_.get()) / 8) : signature;
}

std::string SigningKey::Sign(const std::string& algorithm, const std::string& header,
                             const std::string& payload) const {
  const std::string text = Base64Url(header) + "." + Base64Url(payload);
  return text + "." + Base64Url(Signature(algorithm, text));
}

std::string KeySetJson(std::initializer_list<std::string> jwks) {
  std::string keys;
  for (const std::string& jwk : jwks) keys += (keys.empty() ? "" : ",") + jwk;
  return R"({"keys":[)" + keys + "]}";
}

}  // namespace hearth
