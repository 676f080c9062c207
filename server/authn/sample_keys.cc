#include "server/authn/sample_keys.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "server/authn/jose_json.h"

namespace hearth {
namespace {

// How each begins: "n" of RSA keys, "x" of those on P-256, which is as long as this.
constexpr size_t kBeginning = 43;
constexpr std::string_view kSamples[] = {
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTb",  // RFC 7515, A.2
    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",  // RFC 7515, A.3
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbW",  // RFC 7517, A.1
    "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",  // RFC 7517, A.1
    "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",  // RFC 7518, C
    "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",  // RFC 7518, C
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKP",  // RFC 7520, 3.4
    "u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffA",  // jwt.io, RS256 and PS256
    "EVs_o5-uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf84",  // jwt.io, ES256
};

}  // namespace

bool IsSampleKey(const json_t* jwk) {
  const auto begins = [jwk](const char* member, std::string_view sample) {
    return TextMember(jwk, member).value_or("").substr(0, kBeginning) == sample;
  };
  return std::any_of(std::begin(kSamples), std::end(kSamples),
                     [&](std::string_view sample) { return begins("n", sample) || begins("x", sample); });
}

std::optional<size_t> FindSampleKey(const std::string& jwks) {
  const JsonPtr document = ParseJsonObject(jwks);
  const json_t* keys = document == nullptr ? nullptr : json_object_get(document.get(), "keys");
  for (size_t i = 0; i < json_array_size(keys); ++i) {
    if (IsSampleKey(json_array_get(keys, i))) return i;
  }
  return std::nullopt;
}

}  // namespace hearth
