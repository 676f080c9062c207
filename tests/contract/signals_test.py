"""Events as other software receives them: posted by the server to an HTTPS receiver, and polled. Verified by PyJWT against the published keys."""

import http.server
import json
import pathlib
import queue
import ssl
import subprocess
import sys
import threading
import time
import unittest

import grpc
import jwt

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import report
from caller import Caller
from rig import BUILD, FORTH, Rig, run

ISSUER = "https://hearth.example"
RECEIVERS = f"directories/{FORTH}/eventReceivers"
CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"
PATIENCE = 30


class Receiver:
    """An HTTPS server that keeps what is posted to it, and answers with the statuses that it is told; after them 202."""

    def __init__(self, certificate, key):
        self.posts, self.answers = queue.Queue(), queue.Queue()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.put((self.path, dict(self.headers), body.decode()))
                self.send_response(receiver.answers.get_nowait() if not receiver.answers.empty() else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format, *args):  # pylint: disable=redefined-builtin
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def uri(self):
        return f"https://127.0.0.1:{self.server.server_port}/events"

    def await_post(self):
        """The next token that comes, after a look at how it comes (RFC 8935, 2.1)."""
        path, headers, body = self.posts.get(timeout=PATIENCE)
        assert path == "/events" and headers["Content-Type"] == "application/secevent+jwt", (path, headers)
        assert headers["Accept"] == "application/json", headers
        return body

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Signals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(people=5)
        # The rig's certificate is made before the server starts: it serves the receiver, too.
        cls.rig.flags += ["--event-issuer", ISSUER, "--receiver-ca", str(cls.rig.ca), "--receiver-allow-private-addresses"]
        cls.rig.start_server()
        cls.admin = Caller(cls.rig, FORTH, "admin")
        cls.admin.call("DirectoryService/CreateServiceAccount", parent=f"directories/{FORTH}", service_account_id="poller",
                       service_account={"display_name": "Polls", "permissions": ["PERMISSION_EVENTS_WATCH"]})
        cls.poller = Caller(cls.rig, FORTH, "poller")

    @classmethod
    def tearDownClass(cls):
        cls.rig.close()

    def setUp(self):
        self.receiver = Receiver(self.rig.ca, self.rig.directory / "server.key")
        self.addCleanup(self.receiver.close)

    def call(self, method, **fields):
        return self.admin.call(f"EventReceiverService/{method}", **fields)

    def register_poll(self, name):
        self.register(name, delivery_method="EVENT_DELIVERY_METHOD_POLL", service_account=f"directories/{FORTH}/serviceAccounts/poller")

    def register(self, name, **fields):
        self.call("CreateEventReceiver", parent=f"directories/{FORTH}", event_receiver_id=name, event_receiver={"audience": name, **fields})
        self.addCleanup(self.call, "DeleteEventReceiver", name=f"{RECEIVERS}/{name}")

    def poll(self, name, **fields):
        return self.poller.call("EventReceiverService/PollEvents", name=f"{RECEIVERS}/{name}", **fields)

    def disable(self, user):
        self.admin.call("DirectoryService/DisableUser", name=f"directories/{FORTH}/users/{user}")

    def keys(self):
        answer = self.call("GetEventKeys")
        self.assertEqual(answer.issuer, ISSUER)
        return {key["kid"]: key for key in json.loads(answer.jwks)["keys"]}

    def claims_of(self, token, audience):
        """The claims, once PyJWT has verified signature, issuer and audience with the published key that the token names."""
        header = jwt.get_unverified_header(token)
        self.assertEqual((header["alg"], header["typ"]), ("ES256", "secevent+jwt"))
        key = jwt.algorithms.ECAlgorithm.from_jwk(json.dumps(self.keys()[header["kid"]]))
        claims = jwt.decode(token, key, algorithms=["ES256"], audience=audience, issuer=ISSUER,
                            options={"require": ["iss", "aud", "iat", "jti"]})
        self.assertLess(abs(claims["iat"] - time.time()), 120)
        self.assertNotIn("sub", claims)
        self.assertNotIn("exp", claims)
        self.assertEqual(len(claims["events"]), 1)
        return claims

    def check_about(self, claims, user):
        self.assertEqual(claims["sub_id"], {"format": "complex", "tenant": {"format": "opaque", "id": FORTH},
                                            "user": {"format": "opaque", "id": f"directories/{FORTH}/users/{user}"}})

    def test_a_posted_token_is_good_and_comes_again_until_it_is_accepted(self):
        self.register("portal", endpoint_uri=self.receiver.uri)
        self.receiver.answers.put(503)
        self.disable("user0")
        first, again = self.receiver.await_post(), self.receiver.await_post()
        claims = self.claims_of(first, "portal")
        self.assertEqual(list(claims["events"]), [RISC + "account-disabled"])
        self.check_about(claims, "user0")
        self.assertEqual(self.claims_of(again, "portal")["jti"], claims["jti"])

    def test_a_reset_is_told_as_shared_signals(self):
        self.register("sessions", endpoint_uri=self.receiver.uri)
        self.admin.call("ResetPasswordService/ResetPassword", name=f"directories/{FORTH}/users/user1")
        told = {}
        while len(told) < 3:
            claims = self.claims_of(self.receiver.await_post(), "sessions")
            self.check_about(claims, "user1")
            told.update({event: (claims["txn"], details) for event, details in claims["events"].items()})
        self.assertEqual(set(told), {CAEP + "credential-change", CAEP + "session-revoked", RISC + "account-credential-change-required"})
        self.assertEqual(len({txn for txn, _ in told.values()}), 1, "one txn for one cause")
        self.assertEqual(told[CAEP + "credential-change"][1]["credential_type"], "password")

    def tell_of_everything(self):
        """Makes something happen to somebody that is told by each type of event."""
        name = f"directories/{FORTH}/users/leaver"
        self.admin.call("DirectoryService/CreateUser", parent=f"directories/{FORTH}", user_id="leaver",
                        user={"user_principal_name": "leaver@forthcoffee.com", "display_name": "Leaver", "mail": "leaver@forthcoffee.com"})
        self.admin.call("ResetPasswordService/ResetPassword", name=name)
        self.admin.call("RequestResetService/UpdateResetPolicy", update_mask={"paths": ["link_base_uri"]},
                        reset_policy={"name": f"directories/{FORTH}/resetPolicy", "link_base_uri": "https://login.forthcoffee.com/reset"})
        self.admin.call("ResetPasswordService/ResetPassword", name=name, delivery="PASSWORD_DELIVERY_SECRET_LINK")
        self.admin.call("DirectoryService/UpdateUser", user={"name": name, "user_principal_name": "goer@forthcoffee.com", "mail": "goer@forthcoffee.com"},
                        update_mask={"paths": ["user_principal_name", "mail"]})
        self.admin.call("DirectoryService/DisableUser", name=name)
        self.admin.call("DirectoryService/EnableUser", name=name)
        self.admin.call("DirectoryService/DeleteUser", name=name)
        # As the janitor does when the month in which it can be undone is over.
        self.rig.sql(f"DELETE FROM hearth.users WHERE directory_id = '{FORTH}' AND user_id = 'leaver'")

    def test_every_type_that_is_told_is_a_good_token(self):
        self.register("everything", endpoint_uri=self.receiver.uri)
        self.tell_of_everything()
        told = {}
        while RISC + "account-purged" not in told:
            claims = self.claims_of(self.receiver.await_post(), "everything")
            if claims["sub_id"]["user"]["format"] == "opaque":
                self.check_about(claims, "leaver")
            told.update(claims["events"])
        self.assertEqual(set(told), {
            CAEP + "credential-change", CAEP + "session-revoked",
            *(RISC + name for name in ("account-credential-change-required", "account-disabled", "account-enabled", "account-purged",
                                       "recovery-information-changed", "identifier-changed", "recovery-activated"))})
        self.assertEqual(told[RISC + "identifier-changed"], {"new-value": "goer@forthcoffee.com"})
        # Whole seconds, rounded up: a session of a thief that began in the second of the reset began before it.
        for name in ("credential-change", "session-revoked"):
            self.assertIsInstance(told[CAEP + name]["event_timestamp"], int)

    def test_a_token_with_another_bit_is_none(self):
        self.register("careful", endpoint_uri=self.receiver.uri)
        self.disable("user2")
        head, body, signature = self.receiver.await_post().split(".")
        changed = ("A" if signature[10] != "A" else "B").join([signature[:10], signature[11:]])
        with self.assertRaises(jwt.InvalidSignatureError):
            self.claims_of(".".join([head, body, changed]), "careful")
        with self.assertRaises(jwt.InvalidAudienceError):
            self.claims_of(".".join([head, body, signature]), "another")

    def test_a_verification_event_reaches_the_receiver(self):
        self.register("verified", endpoint_uri=self.receiver.uri)
        asked = self.call("VerifyEventReceiver", name=f"{RECEIVERS}/verified", verification_state="after the move")
        claims = self.claims_of(self.receiver.await_post(), "verified")
        self.assertEqual(claims["jti"], asked.event_id)
        self.assertEqual(claims["events"], {VERIFICATION: {"state": "after the move"}})
        self.assertEqual(claims["sub_id"], {"format": "opaque", "id": f"{RECEIVERS}/verified"})
        deadline = time.monotonic() + PATIENCE
        while not self.call("GetEventReceiver", name=f"{RECEIVERS}/verified").event_receiver.HasField("verified_time"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_a_polled_token_is_good_until_it_is_acknowledged(self):
        self.register_poll("inside")
        self.disable("user3")
        polled = self.poll("inside", timeout=PATIENCE)
        claims = self.claims_of(polled.sets[0].jws, "inside")
        self.check_about(claims, "user3")
        self.assertEqual(claims["jti"], polled.sets[0].event_id)
        # Disabling is told by two events, and the second may have come meanwhile.
        again = self.poll("inside", return_immediately=True)
        self.assertEqual(again.sets[0].event_id, claims["jti"])
        after = self.poll("inside", return_immediately=True, acks=[claims["jti"]])
        self.assertNotIn(claims["jti"], [token.event_id for token in after.sets])

    def listen(self, change, *command):
        """The first line of a program that asks for tokens, once something was changed about user4; then it is ended."""
        with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
            self.admin.call(f"DirectoryService/{change}", name=f"directories/{FORTH}/users/user4")
            line = process.stdout.readline().strip()
            process.kill()
        return line

    def test_the_recipe_and_the_command_line_give_the_tokens_of_a_receiver(self):
        self.register_poll("followed")
        token = self.rig.directory / "poller.token"
        token.write_text(self.rig.token(FORTH, "poller"), encoding="ascii")
        server, name = f"127.0.0.1:{self.rig.port}", f"{RECEIVERS}/followed"
        recipe = [BUILD / "bin/hearth_session_service", server, self.rig.ca, token, name]
        hearth = [BUILD / "bin/hearth", "--server", server, "--ca", self.rig.ca, "--token-file", token, "events", "listen", "--receiver", name]
        self.check_about(self.claims_of(self.listen("DisableUser", *recipe), "followed"), "user4")
        self.check_about(self.claims_of(self.listen("EnableUser", *hearth, "--format", "set"), "followed"), "user4")
        self.assertRegex(self.listen("DisableUser", *hearth), f"^20[0-9T:-]+Z  [a-z-]+  directories/{FORTH}/users/user4$")
        self.assertIn("events", json.loads(self.listen("EnableUser", *hearth, "-o", "json")))

    def test_a_receiver_with_another_certificate_gets_nothing(self):
        certificate, key = self.rig.directory / "stranger.pem", self.rig.directory / "stranger.key"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)
        stranger = Receiver(certificate, key)
        self.addCleanup(stranger.close)
        self.register("stranger", endpoint_uri=stranger.uri)
        self.call("VerifyEventReceiver", name=f"{RECEIVERS}/stranger")
        deadline = time.monotonic() + PATIENCE
        while not self.call("GetEventReceiver", name=f"{RECEIVERS}/stranger").event_receiver.problem:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertTrue(stranger.posts.empty())

    def test_another_directory_has_no_say(self):
        self.register_poll("own")
        stranger = Caller(self.rig, "contoso", "admin")
        for method in ("PollEvents", "VerifyEventReceiver", "GetEventReceiver"):
            with self.assertRaises(grpc.RpcError) as refused:
                stranger.call(f"EventReceiverService/{method}", name=f"{RECEIVERS}/own")
            self.assertEqual(refused.exception.code(), grpc.StatusCode.PERMISSION_DENIED)


if __name__ == "__main__":
    report.main()
