"""Receivers that are slow, break off, send elsewhere, or never end: what the server makes of each, over real TLS."""

import pathlib
import socket
import ssl
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import report
from caller import Caller
from rig import FORTH, Rig

PATIENCE = 60
# A post has five seconds for all of it; the rest is for a busy machine.
BOUND = 5 + 4
# What a server holds of one answer, and how much of an endless one may be under way in buffers, in bytes.
MEMORY, UNDER_WAY = 32 << 20, 16 << 20
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
UNENDING = f"HTTP/1.1 202 Accepted\r\nContent-Length: {1 << 30}\r\n\r\n".encode()
NO_ANSWER = "no answer came from a public address in time"
TOO_LONG = "what is there is longer than 64 KiB"


class Receiver:
    """A TLS server that reads each request to its end and then has `manner` answer it. Keeps the paths that it was asked for, when, and how many bytes it was
    rid of. Without `greets` it accepts connections and says nothing at all, not even of TLS."""

    def __init__(self, rig, manner, greets=True):
        self.manner, self.asked, self.sent, self.closing = manner, [], 0, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if greets else None
        if greets:
            self.context.load_cert_chain(rig.ca, rig.directory / "server.key")
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context is None:
                self.asked.append(("", time.monotonic()))
                self.closing.wait()
                return
            connection = self.context.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            while len(body) < length:
                body += connection.recv(65536)
            self.asked.append((head.split(b" ")[1].decode(), time.monotonic()))
            for piece in self.manner(self):
                connection.sendall(piece)
                self.sent += len(piece)
        except (OSError, StopIteration):
            pass  # The server hung up.
        finally:
            connection.close()

    @property
    def uri(self):
        return f"https://127.0.0.1:{self.port}/events"

    def close(self):
        self.closing.set()
        self.listener.close()


def silent(receiver):
    receiver.closing.wait()
    yield b""


def dripping_head(receiver):
    yield b"HTTP/1.1 202 Accepted\r\nX-Slow: "
    while not receiver.closing.wait(0.1):
        yield b"x"


def dripping_body(receiver):
    yield UNENDING
    while not receiver.closing.wait(0.1):
        yield b"x"


def closing_in_the_head(_):
    yield b"HTTP/1.1 202 Acc"


def closing_in_the_body(_):
    yield UNENDING + b"x" * 1000


def unending_body(_):
    yield UNENDING
    while True:
        yield b"x" * 65536


def unending_head(_):
    yield b"HTTP/1.1 202 Accepted\r\n"
    while True:
        yield b"X-More: " + b"x" * 1000 + b"\r\n"


def unending_continue(_):
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 1000


def accepting(_):
    yield ACCEPTED


class BadReceivers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(people=4)
        cls.rig.flags += ["--event-issuer", "https://hearth.example", "--receiver-ca", str(cls.rig.ca), "--receiver-allow-private-addresses"]
        cls.rig.start_server()
        cls.admins = {directory: Caller(cls.rig, directory, "admin") for directory in (FORTH, "contoso")}

    @classmethod
    def tearDownClass(cls):
        cls.rig.close()

    def call(self, method, directory=FORTH, **fields):
        return self.admins[directory].call(f"EventReceiverService/{method}", **fields)

    def receiver(self, manner, greets=True):
        receiver = Receiver(self.rig, manner, greets)
        self.addCleanup(receiver.close)
        return receiver

    def register(self, name, uri, directory=FORTH):
        """Registers a receiver for which something waits."""
        self.call("CreateEventReceiver", directory, parent=f"directories/{directory}", event_receiver_id=name,
                  event_receiver={"audience": name, "endpoint_uri": uri})
        full_name = f"directories/{directory}/eventReceivers/{name}"
        self.addCleanup(self.call, "DeleteEventReceiver", directory, name=full_name)
        self.call("VerifyEventReceiver", directory, name=full_name)
        return full_name

    def await_problem(self, name):
        """What the delivery to a receiver met, and when that was known."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            receiver = self.call("GetEventReceiver", name=name).event_receiver
            if receiver.problem:
                self.assertFalse(receiver.HasField("verified_time"))
                return receiver.problem, time.monotonic()
            time.sleep(0.02)
        self.fail("nothing was met")
        return None

    def memory(self):
        """Of hearthd, at its most, in bytes."""
        status = pathlib.Path(f"/proc/{self.rig.server.pid}/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024

    def check_ends(self, manner, problem, greets=True):
        receiver, before = self.receiver(manner, greets), self.memory()
        told, when = self.await_problem(self.register(manner.__name__.replace("_", "-"), receiver.uri))
        self.assertEqual(told, problem)
        self.assertLess(when - receiver.asked[0][1], BOUND)
        self.assertLess(self.memory() - before, MEMORY)
        self.assertLess(receiver.sent, UNDER_WAY)

    def test_one_that_never_answers(self):
        self.check_ends(silent, NO_ANSWER)

    def test_one_that_never_greets(self):
        self.check_ends(silent, NO_ANSWER, greets=False)

    def test_one_that_answers_byte_by_byte(self):
        self.check_ends(dripping_head, NO_ANSWER)
        self.check_ends(dripping_body, NO_ANSWER)

    def test_one_that_breaks_off(self):
        self.check_ends(closing_in_the_head, NO_ANSWER)
        self.check_ends(closing_in_the_body, NO_ANSWER)

    def test_one_that_does_not_end(self):
        self.check_ends(unending_body, TOO_LONG)
        self.check_ends(unending_head, TOO_LONG)
        self.check_ends(unending_continue, TOO_LONG)

    def test_one_that_sends_elsewhere_is_not_followed(self):
        other, answers = self.receiver(accepting), []
        receiver = self.receiver(lambda _: iter(answers[-1:]))
        for status in (301, 302, 303, 307, 308):
            for target in (f"https://127.0.0.1:{other.port}/inside", f"https://localhost:{other.port}/inside", f"http://127.0.0.1:{other.port}/",
                           "https://169.254.169.254/latest", "file:///etc/passwd", "/again"):
                answers.append(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())
                asked, deadline = len(receiver.asked), time.monotonic() + PATIENCE
                if asked == 0:
                    name = self.register("elsewhere", receiver.uri)
                else:
                    self.call("VerifyEventReceiver", name=name)  # It is due again, at once.
                while len(receiver.asked) == asked:
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.02)
        told, _ = self.await_problem(name)
        self.assertRegex(told, "^the receiver answers with status 30[1-8]$")
        self.assertEqual({path for path, _ in receiver.asked}, {"/events"})
        self.assertEqual(other.asked, [])

    # A directory's receivers take turns (server/signal/README.md): its own good one waits for its bad ones, and nobody else does.
    def test_others_are_not_delayed(self):
        for manner in (silent, dripping_head, dripping_body, unending_body):
            self.register(manner.__name__.replace("_", "-"), self.receiver(manner).uri)
        own, other = self.receiver(accepting), self.receiver(accepting)
        self.register("own", own.uri)
        self.register("other", other.uri, "contoso")
        started = time.monotonic()
        for i in range(4):
            asked = len(other.asked)
            # Contoso has a guest to be told about.
            self.admins[FORTH].call(f"DirectoryService/{'Disable' if i % 2 == 0 else 'Enable'}User", name=f"directories/{FORTH}/users/user0")
            while len(other.asked) == asked:
                self.assertLess(time.monotonic() - started, PATIENCE)
                time.sleep(0.01)
        self.assertLess(time.monotonic() - started, 4 * 3)
        while not own.asked:
            self.assertLess(time.monotonic() - started, PATIENCE)
            time.sleep(0.02)


if __name__ == "__main__":
    report.main()
