#!/usr/bin/env python3
"""Writes vectors.h: tokens made by JOSE tools that are not ours. Needs `pip install jwcrypto pyjwt`; not part of the build.

The keys are those of RFC 7515, A.2 and A.3, as jwcrypto's own tests carry them.
"""
import json

import jwt
from jwcrypto import jwk, jws
from jwcrypto import tests as rfc

CLAIMS = {
    "iss": "https://issuer.forthcoffee.example",
    "sub": "svc-signin",
    "aud": "hearth",
    "iat": 4102444800,  # 2100-01-01T00:00:00Z
    "exp": 4102448400,
}
RSA = jwk.JWK(**rfc.A2_key)
EC = jwk.JWK(**rfc.A3_key)
P384 = jwk.JWK.generate(kty="EC", crv="P-384")


def sign(key, alg, kid):
    token = jws.JWS(json.dumps(CLAIMS))
    token.add_signature(key, alg, json.dumps({"alg": alg, "kid": kid}))
    return token.serialize(compact=True)


def public(key, kid):
    return {**json.loads(key.export_public()), "kid": kid}


def confused():
    """HS256 with the issuer's public key as the shared secret."""
    return sign(jwk.JWK(kty="oct", k=jws.base64url_encode(RSA.export_to_pem())), "HS256", "rsa")


VECTORS = {
    "kKeySet": json.dumps({"keys": [public(RSA, "rsa"), public(EC, "ec")]}),
    "kRs256": sign(RSA, "RS256", "rsa"),
    "kPs256": sign(RSA, "PS256", "rsa"),
    "kEs256": sign(EC, "ES256", "ec"),
    "kRs256ByPyJwt": jwt.encode(CLAIMS, RSA.export_to_pem(True, None), "RS256", {"kid": "rsa"}),
    "kPs256ByPyJwt": jwt.encode(CLAIMS, RSA.export_to_pem(True, None), "PS256", {"kid": "rsa"}),
    "kEs256ByPyJwt": jwt.encode(CLAIMS, EC.export_to_pem(True, None), "ES256", {"kid": "ec"}),
    "kRs512": sign(RSA, "RS512", "rsa"),
    "kEs384": sign(P384, "ES384", "ec"),
    "kNone": jwt.encode(CLAIMS, None, "none", {"kid": "rsa"}),
    "kHs256WithThePublicKey": confused(),
}

with open("vectors.h", "w", encoding="utf-8") as out:
    out.write("// Made by make_vectors.py with jwcrypto and PyJWT; keys of RFC 7515, A.2 and A.3. Do not edit.\n")
    out.write("#pragma once\n\nnamespace hearth::vectors {\n\n")
    for name, text in VECTORS.items():
        out.write(f"inline constexpr char {name}[] =\n")
        lines = [text[i : i + 96] for i in range(0, len(text), 96)]
        out.write("\n".join(f'    R"({line})"' for line in lines) + ";\n\n")
    out.write("}  // namespace hearth::vectors\n")
