"""A service that watches events and resumes, as the README of the client tells it to, through whatever breaks."""

import threading
import time

import grpc

from caller import Caller
from rig import FORTH

WATCH = "AuditService/WatchEvents"


class Consumer:
    """Reads the stream of a directory from its oldest event on; after each break from the token of the last response that it worked off."""

    def __init__(self, rig, directory=FORTH):
        self.rig, self.directory = rig, directory
        self.events, self.token, self.breaks, self.problems = [], "", 0, []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()

    def await_sequence(self, sequence, patience=60.0):
        """Returns when the event of this sequence was read."""
        deadline = time.monotonic() + patience
        while not self.events or self.events[-1].sequence < sequence:
            if time.monotonic() > deadline or self.problems:
                raise AssertionError(f"the stream of {self.directory} got stuck: {self.events[-1:]} of {sequence}; {self.problems}; {self.rig.log_tail()}")
            time.sleep(0.02)

    def _read(self):
        caller = Caller(self.rig, self.directory, "admin")
        while not self._stopping.is_set():
            try:
                for response in caller.stream(WATCH, timeout=5.0, parent=f"directories/{self.directory}", resume_token=self.token,
                                              from_oldest=not self.token):
                    self.events.extend(response.events)
                    self.token = response.resume_token
                    if self._stopping.is_set():
                        return
            except grpc.RpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED,
                                        grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNKNOWN):
                    self.problems.append(f"{error.code().name} {error.details()}")
                    return
            self.breaks += 1
            time.sleep(0.02)
