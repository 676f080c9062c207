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
# Of each product an export and the passwords that its people were given there. Those of Keycloak (but for realm settings) and of Kratos (the answer of its
# GET /admin/identities?include_credential=password) are unaltered. Of ZITADEL's, the hashes alone are genuine: its library passwap 0.6.0 made them, with the
# parameters that it recommends, and of bcrypt with cost 12, as ZITADEL's own default of 14 is above what an import takes; we wrote what is around them.
EXPORTS = {
    "keycloak": ("keycloak-26.0.7.json", {
        "user1": "a password kept by keycloak",  # Argon2id, the product's own choice.
        "user2": "a second one, by PBKDF2 of SHA-512",
        "user3": "a third one, by PBKDF2 of SHA-256",
    }),
    "kratos": ("kratos-1.3.1.json", {
        "user4": "a password kept by kratos",  # Argon2id, the product's own choice; from its registration.
        "user5": "a second one, by bcrypt",
        "user6": "a third one, where processors are many",  # Argon2id with 32 lanes: its default on 16 of them, set here.
        # Kratos makes no others, but takes, signs in with and exports hashes that were made elsewhere, in forms of its own.
        "user7": "brought to kratos as scrypt",
        "user8": "brought to kratos as PBKDF2",  # The trait with the address is called "mail".
    }),
    "zitadel": ("zitadel-passwap.json", {
        "user9": "hashed by passwap's bcrypt",
        "user10": "hashed by passwap's Argon2id",
        "user11": "hashed by passwap's Argon2i",
        "user12": "hashed by passwap's scrypt",
        "user13": "hashed by passwap's PBKDF2 of SHA-256",
        "user14": "hashed by passwap's PBKDF2 of SHA-512",
        "user15": "hashed by passwap's PBKDF2 of SHA-1",
    }),
}


class Imports(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=16)
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
