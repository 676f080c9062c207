// Key sets for tests.
#pragma once

namespace hearth::test {

// One public key, of RFC 7515, A.3.
inline constexpr char kGoodKeys[] =
    R"({"keys": [{"kty": "EC", "crv": "P-256", "kid": "ec", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"( "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

}  // namespace hearth::test
