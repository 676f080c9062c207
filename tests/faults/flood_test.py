"""More connections than the process may have open: those that go on talking are served, and so is everybody afterwards."""

import pathlib
import socket
import sys
import time
import unittest

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from caller import Caller
from rig import CONTOSO, Rig

RESOLVE = "GuestUserService/ResolveHomeDirectory"
LIMIT, FLOOD = 256, 600
HELD_AT_MOST = 15.0  # A peer that does not speak TLS is dropped after 10 s.


class Flood(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=10)
        self.addCleanup(self.rig.close)
        self.rig.start_server(nofile=LIMIT)
        self.served_within(5)

    def served_within(self, patience):
        """How long a new client waits for its first answer."""
        started = time.monotonic()
        while True:
            caller = Caller(self.rig, CONTOSO, "backend-0")
            try:
                caller.call(RESOLVE, 2, user_principal_name="user1@forthcoffee.com")
                return time.monotonic() - started
            except grpc.RpcError as error:
                self.assertLess(time.monotonic() - started, patience, f"{error.code().name}: {self.rig.log_tail()}")
            finally:
                caller.channel.close()
            time.sleep(0.05)

    def accepted(self):
        """How many connections the server holds. The kernel tells everybody; the server's own files it tells root alone, since the server leaves no cores. What
        waits to be accepted has no inode yet."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        listening = "0A"
        return sum(int(row[1].split(":")[1], 16) == self.rig.port and row[3] != listening and row[9] != "0" for row in rows)

    def flood(self):
        """Connections that say nothing."""
        idle = []
        for _ in range(FLOOD):
            connection = socket.socket()
            connection.settimeout(5)
            try:
                connection.connect(("127.0.0.1", self.rig.port))
            except OSError:
                pass  # Refused, which is as well.
            idle.append(connection)
            self.addCleanup(connection.close)
        return idle

    def test_new_clients_are_served_after_the_flood(self):
        before = self.accepted()
        known = Caller(self.rig, CONTOSO, "backend-1")
        known.call(RESOLVE, user_principal_name="user1@forthcoffee.com")
        idle = self.flood()
        time.sleep(0.5)
        during = self.accepted()
        known.call(RESOLVE, user_principal_name="user1@forthcoffee.com")  # Who was there before the flood does not notice it.
        for connection in idle:
            connection.close()
        taken = self.served_within(5)
        print(f"flood of {FLOOD} at a limit of {LIMIT}: {before} connections, then {during}; a new client was served {taken:.2f} s after it",
              file=sys.stderr)
        self.assertGreater(during, before)
        self.assertLess(during, LIMIT)

    def test_silent_connections_are_dropped(self):
        self.flood()
        taken = self.served_within(HELD_AT_MOST)
        print(f"flood that stays: a new client was served after {taken:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    report.main()
