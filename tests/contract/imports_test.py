"""Password hashes that other products exported, brought in by `hearth import`: their people sign in with the passwords that they have."""

import base64
import hashlib
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


def started(test, **options):
    """A rig whose server runs until the test is over, with the token of Forth Coffee's administrator in a file."""
    rig = Rig(**options)
    test.addCleanup(rig.close)
    rig.start_server()
    (rig.directory / "token").write_text(rig.token(FORTH, "admin"), encoding="ascii")
    return rig


def hearth_import(rig, *arguments):
    environment = {**os.environ, "HEARTH_SERVER": f"127.0.0.1:{rig.port}", "HEARTH_CA": str(rig.ca), "HEARTH_TOKEN_FILE": str(rig.directory / "token"),
                   "HEARTH_DIRECTORY": FORTH, "HEARTH_CONFIG": str(rig.directory / "contexts")}
    return subprocess.run([BUILD / "bin/hearth", "import", *arguments], env=environment, check=False, capture_output=True, text=True)


class Imports(unittest.TestCase):
    def setUp(self):
        self.rig = started(self, people=16)
        self.sign_in = Caller(self.rig, FORTH, "backend-0")

    def bring(self, product, file):
        done = hearth_import(self.rig, HERE / "exports" / file, "--from", product)
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


class LargeImport(unittest.TestCase):
    """More rows than anybody may bring without waiting: 4,000 a call, ten calls at once, then one a second. Most are of no form, so that they cost no look-up."""

    ROWS, PEOPLE = 44_100, 45

    def write(self, file, rows):
        lines = [b"user_principal_name,password_hash"]
        for number in range(rows):
            if number % 1000 == 0:
                salt = number.to_bytes(8, "big")
                digest = hashlib.sha512(f"the password of {number // 1000}".encode() + salt).digest()
                lines.append(f"user{number // 1000}@{FORTH}.com,{{SSHA512}}{base64.b64encode(digest + salt).decode()}".encode())
            else:
                lines.append(f"user{number}@{FORTH}.com,of no form".encode())
        lines[1002] = b"user 1@forthcoffee.com,{SSHA}x"  # After those whose number has three noughts.
        lines[2002] = b"m\xfcller@forthcoffee.com,{SSHA}x"
        lines[3002] = b"user7@forthcoffee.com," + b"x" * (1 << 20)
        file.write_bytes(b"\n".join(lines) + b"\n")

    def test_gets_through_at_the_default_limits(self):
        rig = started(self, people=self.PEOPLE, limits=True)
        file, report_file = rig.directory / "people.csv", rig.directory / "refused.csv"
        self.write(file, self.ROWS)
        done = hearth_import(rig, file, "--dry-run", "--report", report_file)
        refused = self.ROWS - self.PEOPLE
        self.assertIn(f"{self.ROWS} of {self.ROWS}: {self.PEOPLE} would be imported, 0 there already, {refused} refused", done.stderr)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(len(report_file.read_text(encoding="utf-8").splitlines()), refused + 1)
        self.assertIn("RATE_LIMITED", (rig.directory / "hearthd.log").read_text(encoding="utf-8"), "the limits were met with")
        # The next run begins where that one left the limit.
        self.write(file, 3_100)
        done = hearth_import(rig, file, "--report", report_file)
        self.assertIn("3100 of 3100: 4 imported, 0 there already, 3096 refused", done.stderr)
        refusals = {line.split(",")[0]: line for line in report_file.read_text(encoding="utf-8").splitlines()}
        self.assertIn("must be a principal name", refusals["1003"])
        self.assertIn("must be UTF-8", refusals["2003"])
        self.assertIn("at most 8192 bytes", refusals["3003"])
        sign_in = Caller(rig, FORTH, "backend-0")
        self.assertEqual(sign_in.call(VERIFY, name=f"directories/{FORTH}/users/user3", password="the password of 3").name, f"directories/{FORTH}/users/user3")


if __name__ == "__main__":
    report.main()
