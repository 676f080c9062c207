"""kill -9 of hearthd between the claim, the sending and the marking of mails; a mail server that is away; no mail is lost, and those that come
twice are the same mail.

HEARTH_FAULT_ROUNDS says how many kills (default 6).
"""

import collections
import os
import pathlib
import random
import re
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from rig import BUILD, Rig, run
from sink import Sink

ROUNDS = int(os.environ.get("HEARTH_FAULT_ROUNDS", "6"))
COURIERS = 2
MAILBOXES = 10


def came_to(sink):
    """Message-ID, mailbox and number of every mail that came, in the order in which they came."""
    came = []
    for mail in sink.kept():
        headers = {name.lower(): value for name, value in mail["headers"]}
        came.append((headers["message-id"], mail["rcpt_tos"][0], int(re.search(r"number-(\d+)", mail["text"])[1])))
    return came


class Mail(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hearth-sink-", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.sink = Sink(pathlib.Path(folder.name))
        self.addCleanup(self.sink.stop)
        self.rig = Rig(people=1, flags=["--smtp-url", f"smtp://127.0.0.1:{self.sink.port}", "--smtp-plaintext",
                                        "--mail-from", "hearth@forthcoffee.com", "--mail-couriers", str(COURIERS)])
        self.addCleanup(self.rig.close)

    def put(self, count):
        run(BUILD / "bin/hearth_put_mails", "--database", self.rig.conninfo("hearth_app"), "--keys-file", self.rig.directory / "keys",
            "--count", count, "--mailboxes", MAILBOXES)

    def waiting(self):
        return int(self.rig.sql("SELECT count(*) FROM hearth.outbox")[0][0])

    def wait(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.rig.log_tail())
            time.sleep(0.02)

    def check(self, count):
        """Everything came, in order within a mailbox, and nothing is left of it. Returns how often a mail came again."""
        came = came_to(self.sink)
        ids = collections.Counter(identity for identity, _, _ in came)
        self.assertEqual(len(ids), count)
        self.assertEqual(self.rig.sql("SELECT state, count(*), count(sealed) FROM hearth.mails GROUP BY 1"), [["2", str(count), "0"]])
        stored = {f"<{row[0]}>" for row in self.rig.sql("SELECT message_id FROM hearth.mails")}
        self.assertEqual(set(ids), stored)
        first = collections.defaultdict(list)
        for identity, mailbox, number in came:
            if (identity, number) not in first[mailbox]:
                first[mailbox].append((identity, number))
        for mailbox, numbers in first.items():
            self.assertEqual([number for _, number in numbers], sorted(number for _, number in numbers), mailbox)
        return sum(ids.values()) - count

    def test_no_mail_is_lost_when_hearthd_is_killed(self):
        count = 40 * ROUNDS
        self.put(count)
        moments = random.Random()
        for _ in range(ROUNDS):
            before = len(came_to(self.sink))
            self.rig.start_server()
            self.wait(lambda before=before: len(came_to(self.sink)) > before or self.waiting() == 0)
            time.sleep(moments.uniform(0, 0.05))  # Anywhere between a claim, a sending and a marking.
            self.rig.kill_server()
            # The claims of the dead end, as they would by themselves after three minutes.
            self.rig.sql("UPDATE hearth.outbox SET due_time = now()")
        self.rig.start_server()
        self.wait(lambda: self.waiting() == 0)
        again = self.check(count)
        print(f"{ROUNDS} kills, {count} mails, {again} came twice", file=sys.stderr)
        # A courier has one mail on its way, and sixteen that are not marked yet.
        self.assertLessEqual(again, ROUNDS * COURIERS * 17)

    def test_no_mail_is_lost_when_postgres_is_killed(self):
        count = 20 * ROUNDS
        self.put(count)
        self.rig.start_server()
        for _ in range(ROUNDS):
            self.rig.kill_postgres()
            self.rig.start_postgres()
            self.rig.sql("UPDATE hearth.outbox SET due_time = now() WHERE lease IS NOT NULL AND due_time > now() + interval '1 minute'")
            time.sleep(0.2)
        self.rig.sql("UPDATE hearth.outbox SET due_time = now()")
        self.wait(lambda: self.waiting() == 0)
        print(f"{ROUNDS} kills of PostgreSQL, {count} mails, {self.check(count)} came twice", file=sys.stderr)

    def test_mails_wait_while_the_mail_server_is_away_and_then_all_leave(self):
        self.sink.stop()
        self.rig.start_server()
        self.put(200)
        self.wait(lambda: self.rig.sql("SELECT count(*) FROM hearth.mails WHERE note <> ''") != [["0"]])
        self.assertEqual(self.waiting(), 200)
        self.sink.start()
        started = time.monotonic()
        self.wait(lambda: self.waiting() == 0, seconds=120)
        print(f"200 mails left {time.monotonic() - started:.1f} s after the server was back", file=sys.stderr)
        self.assertEqual(self.check(200), 0)


if __name__ == "__main__":
    report.main()
