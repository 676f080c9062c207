"""An issuer changes its signing key, again and again, while callers call: no call fails, and the key of before is dead once it is taken away."""

import base64
import json
import os
import pathlib
import sys
import threading
import time
import unittest

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, reason_of
from rig import FORTH, Rig, issuer_of

RESOLVE = "GuestUserService/ResolveHomeDirectory"
UPDATE_ISSUER = "DirectoryService/UpdateTrustedIssuer"
ROUNDS = int(os.environ.get("HEARTH_FAULT_ROUNDS", 10))
CALLERS = 4
PATIENCE = 30.0


class SigningKey:
    """A key of the issuer, by an id of its own."""

    def __init__(self, kid):
        self.kid, self.key = kid, ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        x, y = (base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode() for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "x": x, "y": y}

    def metadata(self, subject):
        now = int(time.time())
        claims = {"iss": issuer_of(FORTH), "sub": subject, "aud": "hearth", "iat": now, "auth_time": now, "exp": now + 3600}
        return (("authorization", "Bearer " + jwt.encode(claims, self.key, "ES256", {"kid": self.kid})),)


class Traffic(threading.Thread):
    """Calls without pause with the token that it is given."""

    def __init__(self, rig, number, key):
        super().__init__()
        self.caller, self.subject = Caller(rig, FORTH, f"backend-{number}"), f"backend-{number}"
        self.key, self.used, self.calls, self.failures, self.ending = key, None, 0, [], False

    def run(self):
        metadata = None
        while not self.ending:
            key = self.key
            if key is not self.used:
                metadata = key.metadata(self.subject)
            self.caller.metadata = metadata
            try:
                self.caller.call(RESOLVE, user_principal_name="user1@forthcoffee.com")
            except grpc.RpcError as error:
                self.failures.append(f"{error.code().name} {reason_of(error)} with {key.kid}")
            self.calls += 1
            self.used = key


class KeyRotation(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=2)
        self.addCleanup(self.rig.close)
        self.rig.start_server()
        self.admin, self.probe = Caller(self.rig, FORTH, "admin"), Caller(self.rig, FORTH, "backend-7")

    def register(self, *keys):
        self.admin.call(UPDATE_ISSUER, update_mask={"paths": ["jwks"]}, trusted_issuer={
            "name": f"directories/{FORTH}/trustedIssuers/primary", "jwks": json.dumps({"keys": [key.jwk for key in keys]})})

    def accepts(self, key):
        self.probe.metadata = key.metadata("backend-7")
        try:
            self.probe.call(RESOLVE, user_principal_name="user1@forthcoffee.com")
            return True
        except grpc.RpcError as error:
            self.assertEqual(reason_of(error), "CREDENTIALS_NOT_ACCEPTED")
            return False

    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.rig.log_tail())
            time.sleep(0.01)

    def rotate(self, old, new, traffic):
        """As OpenID Connect Core, 10.1.1, has it: publish, use, take away."""
        self.register(old, new)
        self.wait_until(lambda: self.accepts(new))
        for thread in traffic:
            thread.key = new
        self.wait_until(lambda: all(thread.used is new for thread in traffic))
        self.admin.metadata = new.metadata("admin")
        self.register(new)
        self.assertFalse(self.accepts(old), "on the next call")

    def test_no_call_fails(self):
        key = SigningKey("key-0")
        own = json.loads((self.rig.directory / "issuers" / FORTH / "jwks.json").read_text(encoding="utf-8"))["keys"]
        self.admin.call(UPDATE_ISSUER, update_mask={"paths": ["jwks"]}, trusted_issuer={
            "name": f"directories/{FORTH}/trustedIssuers/primary", "jwks": json.dumps({"keys": [*own, key.jwk]})})
        self.wait_until(lambda: self.accepts(key))
        traffic = [Traffic(self.rig, number, key) for number in range(CALLERS)]
        for thread in traffic:
            thread.start()
        try:
            for number in range(1, ROUNDS + 1):
                old, key = key, SigningKey(f"key-{number}")
                self.rotate(old, key, traffic)
        finally:
            for thread in traffic:
                thread.ending = True
            for thread in traffic:
                thread.join()
        self.assertEqual([failure for thread in traffic for failure in thread.failures], [])
        print(f"{ROUNDS} rotations under {sum(thread.calls for thread in traffic)} calls, none failed")


if __name__ == "__main__":
    report.main()
