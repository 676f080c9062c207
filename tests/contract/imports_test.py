"""Password hashes that other products exported, brought in by `hearth import`: their people sign in with the passwords that they have."""

import os
import pathlib
import subprocess
import sys
import unittest

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, reason_of
from rig import BUILD, FORTH, Rig

VERIFY = "CredentialService/VerifyPassword"
# Of each product an export, unaltered but for realm settings, and the passwords that its people were given there.
EXPORTS = {
    "keycloak": ("keycloak-26.0.7.json", {
        "user1": "a password kept by keycloak",  # Argon2id, the product's own choice.
        "user2": "a second one, by PBKDF2 of SHA-512",
        "user3": "a third one, by PBKDF2 of SHA-256",
    }),
}


class Imports(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=5)
        self.addCleanup(self.rig.close)
        self.rig.start_server()
        self.sign_in = Caller(self.rig, FORTH, "backend-0")
        (self.rig.directory / "token").write_text(self.rig.token(FORTH, "admin"), encoding="ascii")

    def bring(self, product, file):
        environment = {**os.environ, "HEARTH_SERVER": f"127.0.0.1:{self.rig.port}", "HEARTH_CA": str(self.rig.ca),
                       "HEARTH_TOKEN_FILE": str(self.rig.directory / "token"), "HEARTH_DIRECTORY": FORTH, "HEARTH_CONFIG": str(self.rig.directory / "contexts")}
        command = [BUILD / "bin/hearth", "import", HERE / "exports" / file, "--from", product]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stderr

    def signs_in(self, user, password):
        """The reason of the refusal; "" when the password is right."""
        try:
            self.sign_in.call(VERIFY, name=f"directories/{FORTH}/users/{user}", password=password)
        except grpc.RpcError as error:
            return reason_of(error)
        return ""

    def test_people_sign_in_with_what_they_have(self):
        for product, (file, passwords) in EXPORTS.items():
            with self.subTest(product=product):
                self.assertIn(f"{len(passwords)} imported", self.bring(product, file))
                self.assertIn(f"{len(passwords)} there already", self.bring(product, file))
                for user, password in passwords.items():
                    self.assertEqual(self.signs_in(user, password + "?"), "PASSWORD_NOT_ACCEPTED", user)
                    self.assertEqual(self.signs_in(user, password), "", user)
                    self.assertEqual(self.signs_in(user, password), "", f"{user}, whose hash is now of our own making")


if __name__ == "__main__":
    report.main()
