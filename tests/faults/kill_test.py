"""kill -9 of hearthd and of PostgreSQL in the middle of resets: nothing is lost, nothing happens twice.

HEARTH_FAULT_ROUNDS says how many kills of each (default 10).
"""

import os
import pathlib
import random
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from consumer import Consumer
from history import History
from rig import FORTH, Rig

ROUNDS = int(os.environ.get("HEARTH_FAULT_ROUNDS", "6"))


class Kill(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=10)
        self.addCleanup(self.rig.close)
        self.rig.start_server()

    def play(self, kill, name):
        """Kills in mid-stream, ROUNDS times; then compares what was answered with what is there."""
        moments, recoveries = random.Random(), []
        with Consumer(self.rig) as consumer:
            with History(self.rig) as history:
                for _ in range(ROUNDS):
                    history.wait_for_progress(3)
                    time.sleep(moments.uniform(0, 0.1))  # Anywhere in a reset, which takes some 50 ms.
                    kill()
                    started = time.monotonic()
                    history.wait_for_progress(1)
                    recoveries.append(time.monotonic() - started)
            wrong = history.check()
            consumer.await_sequence(int(self.rig.sql(f"SELECT last FROM hearth.event_streams WHERE directory_id = '{FORTH}'")[0][0]))
        print(f"{name}: {ROUNDS} kills, {len(history.answers)} resets answered, {len(wrong)} violations; tried again: {history.retries};"
              f" first answer {min(recoveries):.2f} to {max(recoveries):.2f} s after the restart", file=sys.stderr)
        self.assertEqual(wrong, [])
        self.check_consumer(consumer)
        self.assertGreater(len(history.answers), ROUNDS)

    def check_consumer(self, consumer):
        """Who watched through all of it missed nothing and was told nothing twice."""
        sequences = [event.sequence for event in consumer.events]
        last = int(self.rig.sql(f"SELECT last FROM hearth.event_streams WHERE directory_id = '{FORTH}'")[0][0])
        print(f"watched: {len(sequences)} events of {last}, {consumer.breaks} breaks", file=sys.stderr)
        self.assertEqual(sequences, list(range(1, last + 1)))

    def test_resets_survive_kill_of_hearthd(self):
        def kill():
            self.rig.kill_server()
            self.rig.start_server()

        self.play(kill, "hearthd")

    def test_resets_survive_kill_of_postgres(self):
        def kill():
            self.rig.kill_postgres()
            self.rig.start_postgres()

        self.play(kill, "PostgreSQL")

    def test_resets_survive_kill_of_both(self):
        def kill():
            self.rig.kill_postgres()
            self.rig.kill_server()
            self.rig.start_postgres()
            self.rig.start_server()

        self.play(kill, "both")


if __name__ == "__main__":
    report.main()
