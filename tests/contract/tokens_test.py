"""Tokens made by JOSE tools that we did not write: PyJWT, with keys of pyca/cryptography. What is good is accepted, and all that is not is one answer."""

import base64
import hashlib
import hmac
import json
import pathlib
import sys
import time
import unittest

import grpc
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, message_class
from rig import CONTOSO, FORTH, Rig, issuer_of

RESOLVE = "GuestUserService/ResolveHomeDirectory"
UPDATE_ISSUER = "DirectoryService/UpdateTrustedIssuer"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HOURS = 3600


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def rsa_jwk(key, kid, **more):
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, **more}


def ec_jwk(key, kid):
    numbers = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": base64url(numbers.x.to_bytes(32, "big")), "y": base64url(numbers.y.to_bytes(32, "big"))}


def claims(**changes):
    """Those of Forth Coffee's service; None leaves one out."""
    now = int(time.time())
    all_claims = {"iss": issuer_of(FORTH), "sub": "backend-0", "aud": "hearth", "iat": now, "exp": now + HOURS, **changes}
    return {name: value for name, value in all_claims.items() if value is not None}


def token(key=RSA, algorithm="RS256", kid="rsa", headers=(), **changes):
    return jwt.encode(claims(**changes), key, algorithm, {"kid": kid, **dict(headers)})


def unsigned(algorithm):
    """A token up to its signature, of an algorithm that PyJWT refuses, or refuses to use so."""
    return ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": "rsa", "typ": "JWT"}, claims()))


def hmac_token(secret):
    """HS256 with the bytes of a public key as the secret."""
    signed = unsigned("HS256")
    return signed + "." + base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


def public_bytes(key, encoding, form):
    return key.public_key().public_bytes(encoding, form)


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(people=2)
        cls.addClassCleanup(cls.rig.close)
        cls.rig.start_server()
        cls.register(FORTH, rsa_jwk(RSA, "rsa"), ec_jwk(P256, "ec"), rsa_jwk(RSA, "ps", alg="PS256"))
        cls.probe = Caller(cls.rig, FORTH, "backend-0")

    @classmethod
    def register(cls, directory, *keys):
        """Adds keys to those that the directory's issuer has in the rig."""
        own = json.loads((cls.rig.directory / "issuers" / directory / "jwks.json").read_text(encoding="utf-8"))["keys"]
        admin = Caller(cls.rig, directory, "admin")
        admin.call(UPDATE_ISSUER, update_mask={"paths": ["jwks"]}, trusted_issuer={
            "name": f"directories/{directory}/trustedIssuers/primary", "jwks": json.dumps({"keys": [*own, *keys]})})
        admin.call(RESOLVE, user_principal_name="user1@forthcoffee.com")  # With it the server reads the registration anew.

    def answer(self, metadata):
        """What a call with these credentials gets: "OK", or all that a refused caller can see."""
        self.probe.metadata = metadata
        try:
            self.probe.call(RESOLVE, user_principal_name="user1@forthcoffee.com")
            return "OK"
        except grpc.RpcError as error:
            details = [value for key, value in error.trailing_metadata() or () if key == "grpc-status-details-bin"]
            return error.code(), error.details(), [message_class("google.rpc.Status").FromString(value) for value in details]

    def answer_to(self, bearer):
        return self.answer((("authorization", "Bearer " + bearer),))

    def test_good_tokens_are_accepted(self):
        good = {
            "RS256": token(),
            "PS256": token(algorithm="PS256"),
            "PS256, the key's only one": token(algorithm="PS256", kid="ps"),
            "ES256": token(P256, "ES256", "ec"),
            "at+jwt (RFC 9068)": token(headers={"typ": "at+jwt"}),
            "several audiences": token(aud=["elsewhere", "hearth"]),
            "expired within the leeway": token(iat=int(time.time()) - HOURS, exp=int(time.time()) - 20),
            "of a clock that is ahead": token(iat=int(time.time()) + 20, nbf=int(time.time()) + 20),
        }
        for what, bearer in good.items():
            with self.subTest(what):
                self.assertEqual(self.answer_to(bearer), "OK")

    def test_all_others_get_one_answer(self):
        now = int(time.time())
        der, pem = serialization.Encoding.DER, serialization.Encoding.PEM
        spki, pkcs1 = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1
        stranger = rsa_jwk(STRANGER, "rsa")
        bad = {
            "alg none": jwt.encode(claims(), None, "none", {"kid": "rsa"}),
            "alg none, in another case": unsigned("nOnE") + ".",
            "HS256 with the public key": hmac_token(public_bytes(RSA, pem, spki)),
            "HS256 with the public key, PKCS #1": hmac_token(public_bytes(RSA, pem, pkcs1)),
            "HS256 with the public key, DER": hmac_token(public_bytes(RSA, der, spki)),
            "HS256 with nothing": hmac_token(b""),
            "RS512": token(algorithm="RS512"),
            "PS512": token(algorithm="PS512"),
            "ES384": token(P384, "ES384", "ec"),
            "EdDSA": token(ED25519, "EdDSA", "ec"),
            "RS256 with a key for PS256": token(kid="ps"),
            "ES256 under the id of an RSA key": token(P256, "ES256", "rsa"),
            "a stranger's key": token(STRANGER),
            "a stranger's key in the token": token(STRANGER, headers={"jwk": stranger}),
            "jku": token(STRANGER, headers={"jku": f"https://127.0.0.1:{self.rig.port}/keys"}),
            "jku beside a good signature": token(headers={"jku": "https://login.forthcoffee.example/keys"}),
            "x5u": token(STRANGER, headers={"x5u": "https://login.forthcoffee.example/chain"}),
            "x5c": token(headers={"x5c": [base64.b64encode(public_bytes(RSA, der, spki)).decode()]}),
            "crit": token(headers={"crit": ["exp"]}),
            "no kid": jwt.encode(claims(), RSA, "RS256"),
            "unknown kid": token(kid="rsa2"),
            "kid of a file": token(kid="../../../dev/null"),
            "an identity token of another kind": token(headers={"typ": "logout+jwt"}),
            "expired": token(iat=now - 2 * HOURS, exp=now - HOURS),
            "not yet valid": token(nbf=now + HOURS),
            "issued in the future": token(iat=now + HOURS, exp=now + 2 * HOURS),
            "no expiry": token(exp=None),
            "good for a week": token(exp=now + 7 * 24 * HOURS),
            "another audience": token(aud="elsewhere"),
            "no audience": token(aud=None),
            "another directory's issuer": token(iss=issuer_of(CONTOSO)),
            "an issuer that nobody knows": token(iss="https://login.example"),
            "no issuer": token(iss=None),
            "no subject": token(sub=None),
            "a subject with a path": token(sub="../users/admin"),
            "larger than 8 KiB": token(padding="x" * 8192),
        }
        nothing = self.answer(())
        self.assertEqual(nothing[0], grpc.StatusCode.UNAUTHENTICATED)
        for what, bearer in bad.items():
            with self.subTest(what):
                self.assertEqual(self.answer_to(bearer), nothing)
        with self.subTest("a megabyte"):  # More than the transport takes: refused, whoever refuses.
            self.assertNotEqual(self.answer_to(token(padding="x" * 1_000_000)), "OK")
        type(self).probe = Caller(self.rig, FORTH, "backend-0")  # The connection of before may be gone.
        self.assertEqual(self.answer_to(token()), "OK", "the server is well")

    def test_another_directorys_key_vouches_for_nobody_here(self):
        """Contoso registers the very key; its tokens are Contoso's, whatever they say of themselves."""
        self.register(CONTOSO, rsa_jwk(STRANGER, "rsa"))
        self.assertEqual(self.answer_to(token(STRANGER)), self.answer(()))
        self.assertEqual(self.answer_to(token(STRANGER, iss=issuer_of(CONTOSO))), "OK")

    def test_two_tokens_are_none(self):
        self.assertEqual(self.answer((("authorization", "Bearer " + token()),) * 2), self.answer(()))

    def test_keys_that_could_not_be_trusted_are_not_registered(self):
        private = {**rsa_jwk(RSA, "x"), "d": "AQAB"}
        okp = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(ED25519.public_key()))
        short = rsa_jwk(rsa.generate_private_key(public_exponent=65537, key_size=1024), "x")
        example = {"kty": "EC", "crv": "P-256", "kid": "x", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                   "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # RFC 7515, A.3, where its private half is, too.
        for what, key in {"private": private, "an example": example, "symmetric": {"kty": "oct", "k": "AAAA", "kid": "x"}, "Ed25519": {**okp, "kid": "x"},
                          "1024 bits": short}.items():
            with self.subTest(what):
                with self.assertRaises(grpc.RpcError) as caught:
                    self.register(FORTH, key)
                self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)


if __name__ == "__main__":
    report.main()
