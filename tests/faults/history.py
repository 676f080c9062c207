"""What was asked and answered while something was broken, and whether the world afterwards agrees with it."""

import threading
import time
import uuid

import grpc

from caller import Caller
from rig import BACKENDS, CONTOSO, FORTH

RESET = "ResetPasswordService/ResetPassword"
VERIFY = "CredentialService/VerifyPassword"


def user_name(person):
    return f"directories/{FORTH}/users/user{person}"


class History:
    """Clients that reset passwords of a few people without end, each reset with a request_id that it repeats until it is answered."""

    def __init__(self, rig, clients=4, people=3):
        self.rig = rig
        self.people = people
        self.answers = {}  # request_id: (person, response)
        self.problems = []
        self.retries = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._client, args=(number,)) for number in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        """Lets every client finish what it is at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for_progress(self, count, patience=60.0):
        """Returns when `count` more resets were answered; raises when that does not happen."""
        target, deadline = len(self.answers) + count, time.monotonic() + patience
        while len(self.answers) < target:
            if time.monotonic() > deadline or self.problems:
                raise AssertionError(f"no progress: {len(self.answers)} of {target}; {self.problems}; {self.rig.log_tail()}")
            time.sleep(0.005)

    def _client(self, number):
        caller = Caller(self.rig, FORTH, f"backend-{number % BACKENDS}")
        try:
            turn = number
            while not self._stopping.is_set():
                person, request_id = turn % self.people, str(uuid.uuid4())
                turn += 1
                response = caller.persist(RESET, name=user_name(person), request_id=request_id)
                with self._lock:
                    self.answers[request_id] = (number, person, response)
        except grpc.RpcError as error:
            self.problems.append(f"client {number}: {error.code().name} {error.details()}")
        with self._lock:
            for key, count in caller.retries.items():
                self.retries[key] = self.retries.get(key, 0) + count

    # Checks, for when all clients have ended. Each returns what is wrong, a sentence each.

    def check(self):
        return (self.problems + self._check_versions() + self._check_audit() + self._check_events() + self._check_log() +
                self._check_passwords() + self._check_replays())

    def _answered(self, person):
        return {request_id: response for request_id, (_, of, response) in self.answers.items() if of == person}

    def _check_versions(self):
        """No reset is lost, none happened twice: the answers count 1, 2, 3 … without gaps, and the stored version is the last of them."""
        wrong = []
        for person in range(self.people):
            versions = sorted(response.credential_version for response in self._answered(person).values())
            stored = self.rig.sql(f"SELECT version FROM hearth.credentials WHERE directory_id = '{FORTH}' AND user_id = 'user{person}'")
            if versions != list(range(1, len(versions) + 1)):
                wrong.append(f"user{person}: answered versions {versions}")
            if stored != ([[str(len(versions))]] if versions else []):
                wrong.append(f"user{person}: stored version {stored}, {len(versions)} resets were answered")
        return wrong

    def _check_audit(self):
        """One row for each reset."""
        wrong = []
        for person in range(self.people):
            rows = self.rig.sql("SELECT count(*) FROM hearth.audit WHERE action = 'password.reset' AND verdict = 'allowed'"
                                f" AND directory_id = '{FORTH}' AND target = '{user_name(person)}'")
            if int(rows[0][0]) != len(self._answered(person)):
                wrong.append(f"user{person}: {rows[0][0]} audit rows for {len(self._answered(person))} resets")
        return wrong

    def _check_events(self):
        """Each reset is told once at home, as a changed password, and once where the person is a guest, as sessions that ended; every event has a place."""
        wrong = []
        deadline = time.monotonic() + 20
        while self.rig.sql("SELECT count(*) FROM hearth.event_queue") != [["0"]] and time.monotonic() < deadline:
            time.sleep(0.05)
        for person in range(self.people):
            resets = len(self._answered(person))
            changed = self.rig.sql("SELECT credential_version FROM hearth.events WHERE type = 1"
                                   f" AND directory_id = '{FORTH}' AND user_id = 'user{person}' ORDER BY sequence")
            ended = self.rig.sql("SELECT count(*) FROM hearth.events WHERE type = 2"
                                 f" AND directory_id = '{CONTOSO}' AND user_id = 'guest{person}'")
            if [int(version) for version, in changed] != list(range(1, resets + 1)):
                wrong.append(f"user{person}: passwords {changed} were told, {resets} resets were answered")
            if int(ended[0][0]) != resets:
                wrong.append(f"guest{person}: {ended[0][0]} times sessions ended, {resets} resets were answered")
        for directory, last, count, lowest, highest in self.rig.sql(
                "SELECT s.directory_id, s.last, count(e.sequence), min(e.sequence), max(e.sequence) FROM hearth.event_streams s"
                " JOIN hearth.events e USING (directory_id) GROUP BY s.directory_id, s.last"):
            if not last == count == highest or lowest != "1":
                wrong.append(f"{directory}: {count} places from {lowest} to {highest}, the stream is at {last}")
        return wrong

    def _check_log(self):
        """Every audit row is in the sealed log once, and the log is intact."""
        deadline = time.monotonic() + 20
        while self.rig.sql("SELECT count(*) FROM hearth.audit_unsealed") != [["0"]] and time.monotonic() < deadline:
            time.sleep(0.05)
        rows = self.rig.sql("SELECT (SELECT count(*) FROM hearth.audit_events), (SELECT count(*) FROM hearth.audit_leaves),"
                            " (SELECT sum(size) FROM hearth.audit_trees)")[0]
        wrong = [] if len(set(rows)) == 1 else [f"audit rows, leaves, sizes of the trees: {rows}"]
        for directory in (FORTH, CONTOSO):
            *_, last = Caller(self.rig, directory, "admin").stream("AuditService/VerifyAudit", timeout=30.0, name=f"directories/{directory}")
            finding = last.DESCRIPTOR.fields_by_name["finding"].enum_type.values_by_number[last.finding].name
            if finding != "FINDING_INTACT":
                wrong.append(f"{directory}: {finding} {last.detail}")
        return wrong

    def _check_passwords(self):
        """The newest answered password verifies, the one before does not."""
        wrong = []
        caller = Caller(self.rig, FORTH, "backend-0")
        for person in range(self.people):
            newest = sorted(self._answered(person).values(), key=lambda response: -response.credential_version)[:2]
            for response, accepted in zip(newest, (True, False)):
                try:
                    caller.persist(VERIFY, name=user_name(person), password=response.generated_password)
                    verdict = True
                except grpc.RpcError:
                    verdict = False
                if verdict != accepted:
                    wrong.append(f"user{person}: password {response.credential_version} accepted: {verdict}")
        return wrong

    def _check_replays(self):
        """The same request_id from the same caller gets the same answer again."""
        wrong = []
        callers = {}
        for request_id, (number, person, response) in self.answers.items():
            caller = callers.setdefault(number, Caller(self.rig, FORTH, f"backend-{number % BACKENDS}"))
            again = caller.persist(RESET, name=user_name(person), request_id=request_id)
            if again != response:
                wrong.append(f"user{person}: version {response.credential_version} is answered otherwise when asked again")
        return wrong
