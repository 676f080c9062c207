"""A session service that does what the client's README says (client/examples/session_service.cc): it ends a person's sessions, at home and where they are
a guest, within a second of the answer to a reset; and through restarts, refusals and a database that lost its end."""

import pathlib
import statistics
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import report
from caller import Caller
from rig import BUILD, CONTOSO, FORTH, Rig

PATIENCE = 30
# What the README promises, in seconds. A machine that is busy with other tests may be late once, and not as a rule.
PROMISED = 1.0
RESETS = 5


class SessionService:
    """The program of the recipe, for one directory. Keeps what it printed, and when."""

    def __init__(self, rig, directory):
        self.directory = directory
        token = rig.directory / f"{directory}.token"
        token.write_text(rig.token(directory, "sessions"), encoding="ascii")
        self.errors = open(rig.directory / f"{directory}.errors", "w+", encoding="utf-8")
        self.process = subprocess.Popen([BUILD / "bin/hearth_session_service", f"127.0.0.1:{rig.port}", rig.ca, token, f"directories/{directory}"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.said, self.heard = [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.heard:
                self.said.append((line.strip(), time.monotonic()))
                self.heard.notify_all()

    def await_line(self, line, count=1):
        """When it was printed, this many times."""
        def times():
            return [when for said, when in self.said if said == line]
        with self.heard:
            if not self.heard.wait_for(lambda: len(times()) >= count, PATIENCE):
                raise AssertionError(f"{self.directory}: no {line!r} ({count}) in {self.said}")
            return times()[count - 1]

    def begin(self, session, user):
        self.process.stdin.write(f"{session} directories/{self.directory}/users/{user}\n")
        self.process.stdin.flush()
        self.await_line(f"began {session}")

    def has_ended(self, session):
        return f"ended {session}" in [said for said, _ in self.said]

    def close(self):
        """Ends its input; its exit code."""
        self.process.stdin.close()
        try:
            return self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.errors.close()


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(people=RESETS + 5)
        cls.addClassCleanup(cls.rig.close)
        cls.rig.start_server()
        cls.admin = Caller(cls.rig, FORTH, "admin")
        for directory in (FORTH, CONTOSO):
            Caller(cls.rig, directory, "admin").call(
                "DirectoryService/CreateServiceAccount", parent=f"directories/{directory}", service_account_id="sessions",
                service_account={"display_name": "Keeps sessions", "permissions": ["PERMISSION_EVENTS_WATCH"]})

    def service(self, directory):
        """One that has begun to follow."""
        service = SessionService(self.rig, directory)
        self.addCleanup(service.process.kill)
        service.await_line("ended all")
        return service

    def reset(self, user):
        """When the answer was there."""
        self.admin.persist("ResetPasswordService/ResetPassword", name=f"directories/{FORTH}/users/{user}")
        return time.monotonic()

    def test_a_reset_ends_sessions_at_home_and_abroad_within_a_second(self):
        home, abroad = self.service(FORTH), self.service(CONTOSO)
        for i in range(RESETS):
            home.begin(f"home{i}", f"user{i}")
            abroad.begin(f"abroad{i}", f"guest{i}")
        home.begin("other", f"user{RESETS}")
        abroad.begin("other", f"guest{RESETS}")
        delays = []
        for i in range(RESETS):
            answered = self.reset(f"user{i}")
            delays += [home.await_line(f"ended home{i}") - answered, abroad.await_line(f"ended abroad{i}") - answered]
            home.begin(f"anew{i}", f"user{i}")  # Signed in with the new password.
        self.assertLess(statistics.median(delays), PROMISED, delays)
        for service, session in [(home, "other"), (abroad, "other"), *((home, f"anew{i}") for i in range(RESETS))]:
            self.assertFalse(service.has_ended(session), session)
        self.assertEqual((home.close(), abroad.close()), (0, 0))

    def test_whoever_is_disabled_has_no_session_left(self):
        home, abroad = self.service(FORTH), self.service(CONTOSO)
        user = f"user{RESETS + 1}"
        home.begin("home", user)
        abroad.begin("abroad", user.replace("user", "guest"))
        self.admin.call("DirectoryService/DisableUser", name=f"directories/{FORTH}/users/{user}")
        home.await_line("ended home")
        abroad.await_line("ended abroad")

    # Of these events only the end of sessions names a time; one that is not there is not the year 1970.
    def test_an_event_without_a_time_ends_all_sessions_of_the_person(self):
        home = self.service(FORTH)
        for session, event_type in (("disabled", "4"), ("purged", "6")):
            home.begin(session, f"user{RESETS + 3}")
            self.rig.sql(f"SELECT hearth.tell(u, {event_type}) FROM hearth.users u WHERE u.directory_id = '{FORTH}' AND u.user_id = 'user{RESETS + 3}'")
            home.await_line(f"ended {session}")

    def test_a_server_that_was_killed_is_followed_again_from_where_it_was(self):
        home = self.service(FORTH)
        home.begin("session", f"user{RESETS + 2}")
        home.begin("other", f"user{RESETS + 3}")
        self.rig.kill_server()
        self.rig.start_server()
        self.reset(f"user{RESETS + 2}")
        home.await_line("ended session")
        self.assertFalse(home.has_ended("other"))
        self.assertEqual([said for said, _ in home.said].count("ended all"), 1)

    # A backup was restored: what was told last did not happen, and what happens now has its place.
    def test_what_cannot_be_told_any_more_ends_all_sessions(self):
        home = self.service(FORTH)
        home.begin("reset", f"user{RESETS + 4}")
        self.reset(f"user{RESETS + 4}")
        home.await_line("ended reset")
        home.begin("session", f"user{RESETS + 3}")
        self.rig.sql(f"""BEGIN; SET LOCAL session_replication_role = replica;
            DELETE FROM hearth.events e USING hearth.event_streams s WHERE e.directory_id = '{FORTH}' AND s.directory_id = '{FORTH}' AND e.sequence = s.last;
            UPDATE hearth.event_streams SET last = last - 1 WHERE directory_id = '{FORTH}'; COMMIT;""")
        home.await_line("ended all", count=2)
        home.begin("later", f"user{RESETS + 4}")
        self.reset(f"user{RESETS + 4}")
        home.await_line("ended later")

    def test_a_service_that_is_told_nothing_any_more_stops_and_says_so(self):
        admin = Caller(self.rig, CONTOSO, "admin")
        name = f"directories/{CONTOSO}/serviceAccounts/sessions"
        abroad = self.service(CONTOSO)
        abroad.begin("session", "guest0")
        admin.call("DirectoryService/DisableServiceAccount", name=name)
        self.addCleanup(admin.call, "DirectoryService/EnableServiceAccount", name=name)
        abroad.await_line("ended all", count=2)
        self.assertEqual(abroad.close(), 1)


if __name__ == "__main__":
    report.main()
