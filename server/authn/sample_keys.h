// Keys that are public knowledge, private half included.
#pragma once

#include <jansson.h>

#include <cstddef>
#include <optional>
#include <string>

namespace hearth {

// Whether the key, a JWK, is one of the examples of RFC 7515, RFC 7517, RFC 7518 and RFC 7520 or of jwt.io, with which anybody can sign. Pure.
bool IsSampleKey(const json_t* jwk);

// Which key of the set, counted from 0, is such an example; nullopt when none is, or the text is no key set. Pure.
std::optional<size_t> FindSampleKey(const std::string& jwks);

}  // namespace hearth
