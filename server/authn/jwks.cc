#include "server/authn/jwks.h"

#include <openssl/err.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/authn/jose_json.h"
#include "server/authn/sample_keys.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr size_t kMaxKeyIdBytes = 255;
constexpr size_t kP256CoordinateBytes = 32;  // RFC 7518, 6.2.1.2: exactly as long as the curve's field.

// The members that only private and symmetric keys have (RFC 7518, 6.2.2, 6.3.2 and 6.4).
constexpr const char* kSecretMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

absl::Status Problem(size_t index, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("keys[", index, "] ", what));
}

// A number of a key, big-endian, without leading zeros; nullopt when the member is absent or not base64url.
std::optional<std::string> NumberMember(const json_t* jwk, const char* name) {
  const auto text = TextMember(jwk, name);
  if (!text.has_value()) return std::nullopt;
  std::optional<std::string> bytes = DecodeBase64Url(*text);
  if (bytes.has_value()) bytes->erase(0, std::min(bytes->find_first_not_of('\0'), bytes->size()));
  return bytes;
}

size_t BitLength(const std::string& number) {
  if (number.empty()) return 0;
  return (number.size() - 1) * 8 + std::bit_width(static_cast<unsigned char>(number.front()));
}

bool IsOdd(const std::string& number) { return !number.empty() && (number.back() & 1) != 0; }

uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

std::shared_ptr<cjose_jwk_t> Own(cjose_jwk_t* jwk) {
  // A refused key leaves errors in OpenSSL's queue of this thread, which the next user of the queue would
  // take for its own.
  if (jwk == nullptr) ERR_clear_error();
  return {jwk, [](cjose_jwk_t* key) { cjose_jwk_release(key); }};
}

absl::StatusOr<PublicKey> ReadRsa(size_t index, const json_t* jwk) {
  auto modulus = NumberMember(jwk, "n");
  auto exponent = NumberMember(jwk, "e");
  if (!modulus.has_value() || !exponent.has_value()) {
    return Problem(index, "needs \"n\" and \"e\" in base64url without padding");
  }
  if (BitLength(*modulus) < kMinRsaBits || BitLength(*modulus) > kMaxRsaBits || !IsOdd(*modulus)) {
    return Problem(index, absl::StrCat("must be an RSA key of ", kMinRsaBits, " to ", kMaxRsaBits, " bits"));
  }
  if (BitLength(*exponent) < 17 || BitLength(*exponent) > 64 || !IsOdd(*exponent)) {
    return Problem(index, "must have an odd \"e\" from 65537 to 2^64");
  }
  cjose_jwk_rsa_keyspec spec{};
  spec.n = Bytes(*modulus);
  spec.nlen = modulus->size();
  spec.e = Bytes(*exponent);
  spec.elen = exponent->size();
  return PublicKey{KeyType::kRsa, "", modulus->size(), Own(cjose_jwk_create_RSA_spec(&spec, nullptr))};
}

absl::StatusOr<PublicKey> ReadEc(size_t index, const json_t* jwk) {
  if (TextMember(jwk, "crv") != "P-256") return Problem(index, "must be on the curve P-256");
  auto x = DecodeBase64Url(TextMember(jwk, "x").value_or(""));
  auto y = DecodeBase64Url(TextMember(jwk, "y").value_or(""));
  if (!x.has_value() || !y.has_value() || x->size() != kP256CoordinateBytes || y->size() != kP256CoordinateBytes) {
    return Problem(index, "needs \"x\" and \"y\", each 32 bytes in base64url without padding");
  }
  cjose_jwk_ec_keyspec spec{};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.x = Bytes(*x);
  spec.xlen = x->size();
  spec.y = Bytes(*y);
  spec.ylen = y->size();
  return PublicKey{KeyType::kEcP256, "", 2 * kP256CoordinateBytes, Own(cjose_jwk_create_EC_spec(&spec, nullptr))};
}

// "use" and "key_ops" (RFC 7517, 4.2 and 4.3), where present, must allow the checking of signatures.
absl::Status CheckUse(size_t index, const json_t* jwk) {
  if (json_object_get(jwk, "use") != nullptr && TextMember(jwk, "use") != "sig") {
    return Problem(index, "is not for signatures (its \"use\" is not \"sig\"); remove it from the set");
  }
  const json_t* operations = json_object_get(jwk, "key_ops");
  if (operations == nullptr) return absl::OkStatus();
  for (size_t i = 0; i < json_array_size(operations); ++i) {
    const json_t* operation = json_array_get(operations, i);
    if (json_is_string(operation) && std::string_view(json_string_value(operation)) == "verify") {
      return absl::OkStatus();
    }
  }
  return Problem(index, "is not for signatures (its \"key_ops\" lacks \"verify\"); remove it from the set");
}

absl::Status CheckPublic(size_t index, const json_t* jwk) {
  if (TextMember(jwk, "kty") == "oct") {
    return Problem(index, "is a symmetric key (\"kty\" is \"oct\"); only public RSA and EC keys are accepted");
  }
  for (const char* member : kSecretMembers) {
    if (json_object_get(jwk, member) == nullptr) continue;
    return Problem(index, absl::StrCat("holds the private member \"", member,
                                       "\"; give the public half only, and replace the key, since its private "
                                       "half has been sent"));
  }
  return absl::OkStatus();
}

absl::StatusOr<PublicKey> ReadKey(size_t index, const json_t* jwk) {
  RETURN_IF_ERROR(CheckPublic(index, jwk));
  RETURN_IF_ERROR(CheckUse(index, jwk));
  const auto type = TextMember(jwk, "kty");
  if (type != "RSA" && type != "EC") return Problem(index, "must have \"kty\" \"RSA\" or \"EC\"");
  ASSIGN_OR_RETURN(PublicKey key, type == "RSA" ? ReadRsa(index, jwk) : ReadEc(index, jwk));
  if (key.handle == nullptr) return Problem(index, "is not a valid public key");
  if (json_object_get(jwk, "alg") == nullptr) return key;
  const auto algorithm = TextMember(jwk, "alg");
  const bool fits = type == "RSA" ? algorithm == "RS256" || algorithm == "PS256" : algorithm == "ES256";
  if (!fits) {
    return Problem(index, type == "RSA" ? "must have \"alg\" \"RS256\" or \"PS256\", or none"
                                        : "must have \"alg\" \"ES256\", or none");
  }
  key.algorithm = *algorithm;
  return key;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(const std::string& json) {
  if (json.size() > kMaxKeySetBytes) {
    return absl::InvalidArgumentError(absl::StrCat("must be at most ", kMaxKeySetBytes, " bytes"));
  }
  const JsonPtr document = ParseJsonObject(json);
  if (document == nullptr) {
    return absl::InvalidArgumentError("must be one JSON object in which no name stands twice (RFC 7517)");
  }
  const json_t* keys = json_object_get(document.get(), "keys");
  if (!json_is_array(keys) || json_array_size(keys) < 1 || json_array_size(keys) > kMaxKeysInSet) {
    return absl::InvalidArgumentError(absl::StrCat("must have \"keys\", an array of 1 to ", kMaxKeysInSet, " keys"));
  }
  auto set = std::make_shared<KeySet>();
  for (size_t i = 0; i < json_array_size(keys); ++i) {
    const json_t* jwk = json_array_get(keys, i);
    if (!json_is_object(jwk)) return Problem(i, "must be an object");
    const auto kid = TextMember(jwk, "kid");
    if (!kid.has_value() || kid->empty() || kid->size() > kMaxKeyIdBytes) {
      return Problem(i, absl::StrCat("needs a \"kid\" of 1 to ", kMaxKeyIdBytes, " bytes"));
    }
    ASSIGN_OR_RETURN(PublicKey key, ReadKey(i, jwk));
    if (!set->keys_.emplace(*kid, std::move(key)).second) return Problem(i, "has the \"kid\" of an earlier key");
  }
  return std::shared_ptr<const KeySet>(std::move(set));
}

absl::StatusOr<std::string> UsableKeys(const std::string& json) {
  const JsonPtr document = ParseJsonObject(json);
  const json_t* keys = document == nullptr ? nullptr : json_object_get(document.get(), "keys");
  if (!json_is_array(keys)) return absl::InvalidArgumentError("what is there is not a JSON Web Key Set");
  std::vector<std::string> usable;
  std::set<std::string> ids;
  for (size_t i = 0; i < json_array_size(keys) && usable.size() < kMaxKeysInSet; ++i) {
    const json_t* jwk = json_array_get(keys, i);
    const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(jwk, JSON_COMPACT | JSON_ENCODE_ANY), &std::free);
    if (text == nullptr || IsSampleKey(jwk) || !KeySet::Parse(absl::StrCat("{\"keys\":[", text.get(), "]}")).ok())
      continue;
    if (ids.emplace(TextMember(jwk, "kid").value_or("")).second) usable.emplace_back(text.get());
  }
  if (usable.empty()) return absl::InvalidArgumentError("none of the keys there can check RS256, PS256 or ES256");
  return absl::StrCat("{\"keys\":[", absl::StrJoin(usable, ","), "]}");
}

const PublicKey* KeySet::Find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace hearth
