"""The answer to COMMIT is lost, or the COMMIT is: one effect, and the caller gets its answer. HEARTH_FAULT_ROUNDS says how many of each."""

import os
import pathlib
import sys
import unittest
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from caller import Caller
from history import RESET, VERIFY, History, user_name
from proxy import Cut, Proxy
from rig import FORTH, Rig

ROUNDS = int(os.environ.get("HEARTH_FAULT_ROUNDS", "10"))


class LostCommit(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=10)
        self.addCleanup(self.rig.close)
        self.proxy = Proxy(self.rig.directory / "proxy", self.rig.postgres_directory)
        self.addCleanup(self.proxy.close)
        self.rig.start_server(database=self.proxy.conninfo("hearth_app"))

    def one_effect(self, cut):
        caller = Caller(self.rig, FORTH, "backend-0")
        for version in range(1, ROUNDS + 1):
            self.proxy.cut_next(cut)
            # Not tried again by the caller: the server itself finds out what became of it.
            response = caller.call(RESET, name=user_name(0), request_id=str(uuid.uuid4()))
            self.assertEqual(response.credential_version, version)
        self.assertEqual(self.proxy.done[cut], ROUNDS)
        caller.call(VERIFY, name=user_name(0), password=response.generated_password)
        rows = self.rig.sql("SELECT count(*) FROM hearth.audit WHERE action = 'password.reset' AND verdict = 'allowed'")
        self.assertEqual(rows, [[str(ROUNDS)]])
        print(f"COMMIT {cut.value}: {ROUNDS} times, {ROUNDS} effects, {ROUNDS} answers", file=sys.stderr)

    def test_answer_lost(self):
        self.one_effect(Cut.ANSWER_LOST)

    def test_commit_lost(self):
        self.one_effect(Cut.COMMIT_LOST)

    def test_cut_while_it_commits(self):
        self.one_effect(Cut.AT_ONCE)

    def test_in_a_stream_of_resets(self):
        with History(self.rig) as history:
            for _ in range(ROUNDS):
                for cut in Cut:
                    self.proxy.cut_next(cut)
                history.wait_for_progress(4)
        wrong = history.check()
        print(f"in a stream: {self.proxy.done}, {len(history.answers)} resets, {len(wrong)} violations; tried again: {history.retries}",
              file=sys.stderr)
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(min(self.proxy.done.values()), ROUNDS // 2)


if __name__ == "__main__":
    report.main()
