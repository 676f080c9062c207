// Key sets for tests.
#pragma once

namespace hearth::test {

// One public key, whose private half nobody has.
inline constexpr char kGoodKeys[] =
    R"({"keys": [{"kty": "EC", "crv": "P-256", "kid": "ec", "x": "zIYqq-im30aljZKl0rXkf0tiQcvb-J0uZB7PRx1qo2o",)"
    R"( "y": "P5-dQtKgBCDjSvSS1Ht0Cp8-FHZnXW9KCNzsXNQe-c4"}]})";

// One whose private half everybody has: RFC 7515, A.3.
inline constexpr char kSampleKeys[] =
    R"({"keys": [{"kty": "EC", "crv": "P-256", "kid": "ec", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"( "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

}  // namespace hearth::test
