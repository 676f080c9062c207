"""Links that were really mailed, redeemed at two processes of hearthd at once: one winner, also when one of them is killed; scanners and wrong tokens use
nothing up.

HEARTH_FAULT_ROUNDS says how many kills (default 6).
"""

import concurrent.futures
import copy
import http.client
import os
import pathlib
import random
import ssl
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, reason_of
from rig import BACKENDS, CONTOSO, FORTH, Rig, free_port
from sink import Sink

ROUNDS = int(os.environ.get("HEARTH_FAULT_ROUNDS", "6"))
CALLERS, EACH = 20, 10
PAGE = "https://account.forthcoffee.example/reset"
ASK = "RequestResetService/RequestReset"
COMPLETE = "RequestResetService/CompleteReset"
VERIFY = "CredentialService/VerifyPassword"


class Redemption(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hearth-sink-", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.sink = Sink(pathlib.Path(folder.name))
        self.addCleanup(self.sink.stop)
        self.rig = Rig(people=ROUNDS + 2, flags=["--smtp-url", f"smtp://127.0.0.1:{self.sink.port}", "--smtp-plaintext",
                                                 "--mail-from", "hearth@forthcoffee.com"])
        self.addCleanup(self.rig.close)
        self.rig.start_server()
        # A second process beside it, on the same database and with the same keys.
        self.other = copy.copy(self.rig)
        self.other.port = free_port()
        self.other.start_server()
        self.addCleanup(self.other.kill_server)
        self.backend = Caller(self.rig, FORTH, "backend-0")
        policy = {"name": f"directories/{FORTH}/resetPolicy", "self_service": "SELF_SERVICE_ALL", "channel": "CHANNEL_LINK", "link_base_uri": PAGE}
        Caller(self.rig, FORTH, "admin").call("RequestResetService/UpdateResetPolicy", reset_policy=policy)

    def link_of(self, person):
        """Asks for a new password for somebody; the link that came by mail."""
        self.backend.call(ASK, identifier=f"{person}@{FORTH}.com")
        deadline = time.monotonic() + 30
        while True:
            for mail in self.sink.kept():
                if mail["rcpt_tos"] == [f"{person}@{FORTH}.com"] and PAGE in mail["text"]:
                    return next(line for line in mail["text"].splitlines() if line.startswith(PAGE))
            self.assertLess(time.monotonic(), deadline, self.rig.log_tail())
            time.sleep(0.02)

    def token_of(self, person):
        return urllib.parse.urlsplit(self.link_of(person)).fragment

    def callers(self, count):
        """Callers with connections of their own, by turns to one process and to the other."""
        return [Caller((self.rig, self.other)[i % 2], FORTH, f"backend-{i % BACKENDS}") for i in range(count)]

    def refused(self, caller, method, **fields):
        with self.assertRaises(grpc.RpcError) as caught:
            caller.call(method, **fields)
        return reason_of(caught.exception)

    def version(self, person):
        rows = self.rig.sql(f"SELECT version FROM hearth.credentials WHERE directory_id = '{FORTH}' AND user_id = '{person}'")
        return int(rows[0][0]) if rows else 0

    def check_winner(self, person, winners):
        """One won, the password is theirs, and it was changed once."""
        self.assertEqual(len(winners), 1, winners)
        self.assertEqual(self.version(person), 1)
        self.assertTrue(self.backend.call(VERIFY, user_principal_name=f"{person}@{FORTH}.com", password=winners[0]).name)

    def test_of_200_redemptions_over_two_processes_one_wins(self):
        token = self.token_of("user0")

        def redeem(job):
            number, caller = job
            outcomes = []
            for i in range(EACH):
                password = f"the choice of caller {number} at try {i}"
                try:
                    caller.call(COMPLETE, timeout=30, reset_token=token, new_password=password)
                    outcomes.append(password)
                except grpc.RpcError as error:
                    outcomes.append(reason_of(error))
            return outcomes

        with concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
            outcomes = sum(pool.map(redeem, enumerate(self.callers(CALLERS))), [])
        self.assertEqual(len(outcomes), CALLERS * EACH)
        self.check_winner("user0", [outcome for outcome in outcomes if outcome != "RESET_PROOF_NOT_ACCEPTED"])
        self.assertEqual(self.rig.sql("SELECT verdict, count(*) FROM hearth.audit_events WHERE action = 'reset.complete' GROUP BY 1 ORDER BY 1"),
                         [["allowed", "1"], ["refused", str(CALLERS * EACH - 1)]])

    def test_one_wins_and_is_answered_when_a_process_is_killed_among_them(self):
        moments, again = random.Random(), 0
        for number in range(ROUNDS):
            person = f"user{number}"
            token = self.token_of(person)

            def redeem(job, token=token):
                i, caller = job
                password = f"the choice of caller {i} who asks again"
                try:
                    caller.persist(COMPLETE, reset_token=token, new_password=password, request_id=str(uuid.uuid4()))
                    return password
                except grpc.RpcError as error:
                    return reason_of(error)

            callers = self.callers(8)
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                running = pool.map(redeem, enumerate(callers))
                time.sleep(moments.uniform(0, 0.15))
                self.other.kill_server()
                self.other.start_server()
                outcomes = list(running)
            with self.subTest(round=number):
                self.check_winner(person, [outcome for outcome in outcomes if outcome != "RESET_PROOF_NOT_ACCEPTED"])
            again += sum(sum(caller.retries.values()) for caller in callers)
        print(f"{ROUNDS} kills, {again} redemptions asked for again", file=sys.stderr)
        self.assertGreater(again, 0, "no kill came among the redemptions")

    def test_wrong_tokens_get_one_answer_however_near_they_are(self):
        token, other = self.token_of("user0"), self.token_of("user1")
        foreign = Caller(self.rig, CONTOSO, "backend-0")

        def answer(caller, wrong):
            with self.assertRaises(grpc.RpcError) as caught:
                caller.call(COMPLETE, reset_token=wrong, new_password="a sentence of my own")
            details = [value for key, value in caught.exception.trailing_metadata() if key == "grpc-status-details-bin"]
            return caught.exception.code(), caught.exception.details(), tuple(details)

        self.backend.call(COMPLETE, reset_token=other, new_password="a sentence of my own")
        near = token[:-2] + ("AA" if token[-2:] != "AA" else "BA")
        of_form = {answer(self.backend, wrong) for wrong in ("A" * 43, near, other, token.swapcase())} | {answer(foreign, token)}
        self.assertEqual(len(of_form), 1, of_form)
        # What has not the form of a token is told so, whether it is part of one or not.
        of_none = {answer(self.backend, wrong) for wrong in (token[:-1], token[1:], "A" * 42, token + "=", token + "A", " " + token, "A" * 1000000)}
        self.assertEqual(len(of_none), 1, of_none)
        self.assertEqual({code for code, _, _ in of_form | of_none}, {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.INVALID_ARGUMENT})
        # One of 1 MiB is more than a message may have.
        self.assertEqual(answer(self.backend, "A" * (1 << 20))[0], grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertEqual(self.version("user0"), 0)
        self.backend.call(COMPLETE, reset_token=token, new_password="a sentence of my own")

    def test_what_a_mail_scanner_fetches_uses_nothing_up(self):
        links = [urllib.parse.urlsplit(self.link_of(person)) for person in ("user0", "user1")]
        # What follows "#" never leaves the browser: of all links, the same is fetched.
        self.assertEqual({link._replace(fragment="").geturl() for link in links}, {PAGE})
        token = links[0].fragment
        self.assertEqual(len(token), 43)
        # Nor does anything come of one that sends it all the same, to hearthd itself.
        context = ssl.create_default_context(cafile=str(self.rig.ca))
        for method in ("HEAD", "GET", "POST"):
            for path in (f"/reset#{token}", f"/reset?token={token}", f"/hearth.v1.RequestResetService/CompleteReset?reset_token={token}"):
                connection = http.client.HTTPSConnection("127.0.0.1", self.rig.port, timeout=10, context=context)
                with self.subTest(method=method, path=path.partition(token)[0]):
                    try:
                        connection.request(method, path)
                        self.assertGreaterEqual(connection.getresponse().status, 400)
                    except (http.client.HTTPException, OSError):
                        pass  # It speaks HTTP/2 alone, and hangs up.
                    finally:
                        connection.close()
        self.assertEqual(self.version("user0"), 0)
        self.backend.call(COMPLETE, reset_token=token, new_password="a sentence of my own")
        self.assertEqual(self.version("user0"), 1)
        self.assertEqual(self.refused(self.backend, COMPLETE, reset_token=token, new_password="another sentence"), "RESET_PROOF_NOT_ACCEPTED")


if __name__ == "__main__":
    report.main()
