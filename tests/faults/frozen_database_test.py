"""PostgreSQL stands still (SIGSTOP): calls are answered within their deadlines, health says so, and all goes on by itself afterwards."""

import os
import pathlib
import signal
import sys
import time
import unittest

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, reason_of
from history import RESET, user_name
from rig import CONTOSO, FORTH, Rig, tree

RESOLVE = "GuestUserService/ResolveHomeDirectory"
READ_DEADLINE = 5.0  # The default deadline of the contract for reads; resets have 15.
RESET_DEADLINE = 15.0
SLACK = 1.5
REASONS = ("STORAGE_UNAVAILABLE", "DEADLINE_PASSED", "OUTCOME_UNKNOWN")


class FrozenDatabase(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=10)
        self.addCleanup(self.rig.close)
        self.rig.start_server()
        self.reader = Caller(self.rig, CONTOSO, "backend-0")
        self.resetter = Caller(self.rig, FORTH, "backend-0")
        self.resolve()
        self.resetter.call(RESET, name=user_name(0))

    def resolve(self, timeout=10.0):
        return self.reader.call(RESOLVE, timeout, user_principal_name="user1@forthcoffee.com")

    def freeze(self):
        """Stops the postmaster and all its children, and lets them go on when the test ends, if not before."""
        frozen = tree(self.rig.postmaster())
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        self.addCleanup(self.thaw, frozen)
        return frozen

    @staticmethod
    def thaw(frozen):
        for pid in frozen:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass  # Ended since.

    def healthy(self):
        return self.reader.healthy()

    def wait_until(self, condition, patience):
        started = time.monotonic()
        while not condition():
            self.assertLess(time.monotonic() - started, patience, self.rig.log_tail())
            time.sleep(0.02)
        return time.monotonic() - started

    def refused_within(self, seconds, call):
        """`call` has no deadline of its own: the server ends it by the contract's default."""
        started = time.monotonic()
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        taken = time.monotonic() - started
        self.assertIn(reason_of(caught.exception), REASONS)
        self.assertLess(taken, seconds)
        return f"{reason_of(caught.exception)} after {taken:.1f} s"

    def test_calls_are_answered_in_time(self):
        frozen = self.freeze()
        read = self.refused_within(READ_DEADLINE + SLACK, lambda: self.resolve(timeout=None))
        reset = self.refused_within(RESET_DEADLINE + SLACK, lambda: self.resetter.call(RESET, None, name=user_name(0)))
        self.thaw(frozen)
        taken = self.wait_until(self.serves, 5)
        print(f"frozen: read {read}, reset {reset}; served {taken:.2f} s after it went on", file=sys.stderr)

    def test_health_follows(self):
        self.wait_until(self.healthy, 5)
        frozen = self.freeze()
        down = self.wait_until(lambda: not self.healthy(), 4)
        self.thaw(frozen)
        up = self.wait_until(self.healthy, 5)
        print(f"health: NOT_SERVING after {down:.2f} s, SERVING {up:.2f} s after it went on", file=sys.stderr)

    def serves(self):
        try:
            self.resolve(timeout=1)
            return True
        except grpc.RpcError:
            return False


if __name__ == "__main__":
    report.main()
