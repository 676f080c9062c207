"""Stands between hearthd and PostgreSQL, on Unix sockets, and loses what it is told to lose."""

import enum
import socket
import threading


class Cut(enum.Enum):
    """What happens to the COMMIT of a transaction that stores an answer."""
    ANSWER_LOST = "committed, and the answer is lost"
    COMMIT_LOST = "never arrives"
    AT_ONCE = "arrives, and the connection is cut at that moment"


class Proxy:
    """Forwards every connection to the server's socket. `cuts` are applied to the next commits, one each. Close it after use."""

    def __init__(self, directory, server_directory):
        directory.mkdir()
        self.directory = directory
        self.done = {cut: 0 for cut in Cut}
        self._server = str(server_directory / ".s.PGSQL.5432")
        self._cuts = []
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(directory / ".s.PGSQL.5432"))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def conninfo(self, role):
        """As Rig.conninfo, through this proxy."""
        return f"host={self.directory} port=5432 dbname=hearth user={role}"

    def cut_next(self, cut):
        with self._lock:
            self._cuts.append(cut)

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                continue
            link = _Link(self, client, server)
            threading.Thread(target=link.forward_requests, daemon=True).start()
            threading.Thread(target=link.forward_answers, daemon=True).start()

    def take_cut(self):
        with self._lock:
            return self._cuts.pop(0) if self._cuts else None


class _Link:
    """One connection."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.cut = None
        self.storing = False  # This transaction has stored an answer: its COMMIT is the one that counts.

    def forward_requests(self):
        try:
            while data := self.client.recv(65536):
                self.storing = (self.storing and b"BEGIN" not in data) or b"once_store" in data
                if b"COMMIT" in data and self.storing:
                    self.cut = self.proxy.take_cut()
                    self.storing = False
                if self.cut is not None:
                    self.proxy.done[self.cut] += 1
                if self.cut != Cut.COMMIT_LOST:
                    self.server.sendall(data)
                if self.cut in (Cut.COMMIT_LOST, Cut.AT_ONCE):
                    return
        except OSError:
            pass  # Either side has closed.
        finally:
            if self.cut != Cut.ANSWER_LOST:
                self.close()

    def forward_answers(self):
        try:
            while data := self.server.recv(65536):
                if self.cut is not None:
                    return
                self.client.sendall(data)
        except OSError:
            pass
        finally:
            self.close()

    def close(self):
        for side in (self.client, self.server):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # Closed already.
