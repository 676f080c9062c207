"""tests/support/mail_sink.py as a program beside a test."""

import json
import subprocess

from rig import ROOT


class Sink:
    """A mail server on a port of 127.0.0.1 that keeps what it takes in `folder`. Can be stopped, and started again on the same port."""

    def __init__(self, folder):
        self.folder, self.port = folder, 0
        self.start()

    def start(self):
        self.process = subprocess.Popen([ROOT / "tests/support/mail_sink.py", self.folder, "--port", str(self.port)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def kept(self):
        """The mails in the order in which they came, each as mail_sink.py wrote it."""
        return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(self.folder.glob("*.json"))]
