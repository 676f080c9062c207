"""Two processes of hearthd over one database: the pepper is rotated under sign-ins, and wrong passwords count wherever they are tried."""

import concurrent.futures
import copy
import itertools
import pathlib
import shutil
import sys
import threading
import time
import unittest

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, reason_of
from rig import BACKENDS, BUILD, FORTH, Rig, free_port, run

VERIFY = "CredentialService/VerifyPassword"
RESET = "ResetPasswordService/ResetPassword"
PEOPLE, CALLERS, GUESSERS, GUESSES = 5, 4, 12, 5  # As many people as do not divide evenly among the replicas.
PATIENCE = 60.0


class Replica:
    """One process, with a keys file of its own."""

    def __init__(self, rig, name):
        self.rig = copy.copy(rig)
        self.rig.port, self.rig.keys, self.rig.server = free_port(), rig.directory / f"keys-{name}", None
        self.take_keys(rig.keys)
        self.rig.start_server()
        self.open, self.under_way, self.lock = True, 0, threading.Condition()

    def take_keys(self, file):
        shutil.copy(file, self.rig.keys)

    def restart_with(self, keys):
        """As a careful operator does: takes it from the balancer first, and gives it back when it serves."""
        with self.lock:
            self.open = False
            self.lock.wait_for(lambda: self.under_way == 0, PATIENCE)
        self.stop()
        self.take_keys(keys)
        self.rig.start_server()
        with self.lock:
            self.open = True

    def stop(self):
        self.rig.server.terminate()
        self.rig.server.wait()

    def enter(self):
        """False while it is taken from the balancer."""
        with self.lock:
            self.under_way += 1 if self.open else 0
            return self.open

    def leave(self):
        with self.lock:
            self.under_way -= 1
            self.lock.notify_all()


def password_of(person):
    return f"the own words of number {person}"


class SignIns(threading.Thread):
    """Signs people in with their right passwords, at the replicas in turn, without pause."""

    def __init__(self, replicas, number):
        super().__init__()
        self.replicas = [(replica, Caller(replica.rig, FORTH, f"backend-{number % BACKENDS}")) for replica in replicas]
        self.people = itertools.islice(itertools.cycle(range(PEOPLE)), number, None)
        self.calls, self.failures, self.ending = {replica: 0 for replica in replicas}, [], False

    def run(self):
        for replica, caller in itertools.cycle(self.replicas):
            if self.ending:
                return
            if not replica.enter():
                time.sleep(0.001)
                continue
            person = next(self.people)
            try:
                caller.call(VERIFY, timeout=30, wait_for_ready=True, name=f"directories/{FORTH}/users/user{person}", password=password_of(person))
            except grpc.RpcError as error:
                self.failures.append(f"user{person}: {error.code().name} {reason_of(error)}")
            finally:
                replica.leave()
            self.calls[replica] += 1


class Replicas(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(people=PEOPLE + 1)
        self.addCleanup(self.rig.close)
        self.first, self.second = (self.replica(name) for name in ("first", "second"))

    def replica(self, name):
        replica = Replica(self.rig, name)
        self.addCleanup(replica.stop)
        return replica

    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.rig.log_tail())
            time.sleep(0.05)

    @staticmethod
    def give(replica, person):
        Caller(replica.rig, FORTH, "backend-0").call(RESET, timeout=30, name=f"directories/{FORTH}/users/user{person}", given=password_of(person),
                                                     require_change_at_next_sign_in=False)

    @staticmethod
    def sign_in(replica, person):
        Caller(replica.rig, FORTH, "backend-0").call(VERIFY, timeout=30, name=f"directories/{FORTH}/users/user{person}", password=password_of(person))

    def peppers(self):
        return {row[0] for row in self.rig.sql("SELECT DISTINCT pepper_key_id FROM hearth.credentials")}

    def hashes(self):
        return self.rig.sql("SELECT user_id, phc FROM hearth.credentials ORDER BY user_id")

    def after_calls(self, threads, replica, count):
        """Waits for so many further sign-ins at a replica."""
        def calls():
            return sum(thread.calls[replica] for thread in threads)
        until = calls() + count
        self.wait_until(lambda: calls() >= until)

    def rotate(self, threads):
        keys = self.rig.keys
        run(BUILD / "bin/hearthd", "keys", "add", "--keys-file", keys)
        for replica in (self.first, self.second):
            replica.restart_with(keys)
        self.after_calls(threads, self.second, 2 * PEOPLE)
        self.assertEqual(self.peppers(), {"k1"}, "the key is known, and not used")

        run(BUILD / "bin/hearthd", "keys", "promote", "--keys-file", keys)
        self.second.restart_with(keys)
        self.wait_until(lambda: self.peppers() == {"k2"})
        moved = self.hashes()
        self.after_calls(threads, self.first, 4 * PEOPLE)
        self.after_calls(threads, self.second, 2 * PEOPLE)
        self.assertEqual(self.hashes(), moved, "neither replica takes back what the other did")
        # A password that is given where the key is next is moved like all others.
        self.give(self.first, PEOPLE)
        self.assertEqual(self.peppers(), {"k1", "k2"})
        self.sign_in(self.second, PEOPLE)
        self.wait_until(lambda: self.peppers() == {"k2"})
        self.sign_in(self.first, PEOPLE)

        self.first.restart_with(keys)
        moved = self.hashes()
        self.after_calls(threads, self.first, 2 * PEOPLE)
        self.assertEqual(self.hashes(), moved)

    def test_the_pepper_is_rotated_and_no_sign_in_fails(self):
        for person in range(PEOPLE):
            self.give(self.first, person)
        threads = [SignIns((self.first, self.second), number) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        try:
            self.rotate(threads)
        finally:
            for thread in threads:
                thread.ending = True
            for thread in threads:
                thread.join()
        self.assertEqual([failure for thread in threads for failure in thread.failures], [])
        print(f"a rotation under {sum(sum(thread.calls.values()) for thread in threads)} sign-ins, none failed", file=sys.stderr)

    def test_of_guesses_at_both_replicas_ten_are_tried(self):
        def guess(job):
            number, caller = job
            reasons = []
            for i in range(GUESSES):
                with self.assertRaises(grpc.RpcError) as caught:
                    caller.call(VERIFY, timeout=60, name=name, password=f"guess {i} of guesser {number}", explicit_verdict=True)
                reasons.append(reason_of(caught.exception))
            return reasons

        callers = [Caller((self.first, self.second)[number % 2].rig, FORTH, f"backend-{number % BACKENDS}") for number in range(GUESSERS)]
        for person in range(3):
            self.give(self.first, person)
            name = f"directories/{FORTH}/users/user{person}"
            with concurrent.futures.ThreadPoolExecutor(GUESSERS) as pool:
                reasons = sum(pool.map(guess, enumerate(callers)), [])
            with self.subTest(person=person):
                self.assertEqual(reasons.count("PASSWORD_NOT_ACCEPTED"), 10, reasons)
                self.assertEqual(reasons.count("SIGN_IN_LOCKED"), GUESSERS * GUESSES - 10, reasons)
                self.assertEqual(self.rig.sql(f"SELECT unfamiliar_failures, unfamiliar_lockouts, consecutive_failures FROM hearth.sign_in_counts"
                                              f" WHERE user_id = 'user{person}'"), [["10", "1", "10"]])


if __name__ == "__main__":
    report.main()
