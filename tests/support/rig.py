"""A whole Hearth as programs of its own, in a temporary directory: PostgreSQL, certificates, issuers, hearthd. For benchmarks and faults.

    with Rig() as rig:
        rig.start_server()
        token = rig.token("contoso", "backend-0")

The world: the directories forthcoffee and contoso, each with the person `admin` (Global Administrator) and the service accounts
`backend-0` … `backend-7`, which may read, verify, reset and ask for resets. Forth Coffee has the people user0 …; Contoso lists each as guest0 ….
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("HEARTH_BUILD_DIR", ROOT / "build"))
FORTH, CONTOSO = "forthcoffee", "contoso"
BACKENDS = 8
BACKEND_PERMISSIONS = "{users.read,guests.read,resets.perform,passwords.verify,resets.request,passwords.check}"
# Has the form of a hash, and is that of no password.
NO_PASSWORD = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


class Failure(Exception):
    """Something of the rig itself did not work; the text says what."""


def run(*command, data=None):
    """Runs a program to its end and returns what it printed; a failure carries what it said."""
    done = subprocess.run([str(word) for word in command], input=data, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed ({done.returncode}): {done.stderr.strip()[-2000:]}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(root):
    """The process ids of a process and its children."""
    pids = [root]
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # After the name, which may hold anything, come the state and the parent.
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # It has ended.
        if int(fields[1]) == root:
            pids.append(int(entry.name))
    return pids


def issuer_of(directory):
    return f"https://login.{directory}.example"


class Rig:
    """Starts and stops the programs; knows where their files are. Close it, or use it in a `with`."""

    def __init__(self, people=100, passwords=False, settings=(), flags=(), limits=False):
        """`passwords`: everybody has one that nobody knows; `settings` are PostgreSQL's (NAME=VALUE), `flags` are hearthd's; `limits`: it limits how often
        callers and directories may call, as it does by default."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="hearth-rig-", dir="/tmp"))
        self.directory.chmod(0o711)  # PostgreSQL's user passes through.
        self.postgres_directory = self.directory / "pg"
        self.settings, self.flags, self.limits = list(settings), list(flags), limits
        self.port = free_port()
        self.keys = self.directory / "keys"
        self.server = None
        try:
            self.start_postgres()
            self._make_certificate()
            self._make_issuers()
            self._make_database()
            self._fill(people, passwords)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends what was started and removes the directory."""
        if self.server is not None and self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        if self.postgres_directory.exists():
            subprocess.run([ROOT / "tests/support/postgres", "stop", self.postgres_directory], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)

    # PostgreSQL.

    def start_postgres(self):
        """Starts it, also after kill_postgres."""
        options = [word for setting in self.settings for word in ("-c", setting)]
        run(ROOT / "tests/support/postgres", "start", self.postgres_directory, "--until-exit-of", os.getpid(), *options)

    def kill_postgres(self):
        """kill -9 of the postmaster; returns when its children are gone too."""
        run(ROOT / "tests/support/postgres", "kill", self.postgres_directory)

    def postmaster(self):
        """Its process id."""
        return int((self.postgres_directory / "data/postmaster.pid").read_text(encoding="ascii").splitlines()[0])

    def conninfo(self, role):
        return f"host={self.postgres_directory} port=5432 dbname=hearth user={role}"

    def sql(self, text, database="hearth"):
        """Runs SQL as the superuser; rows as lists of texts."""
        conninfo = f"host={self.postgres_directory} port=5432 dbname={database} user=postgres"
        out = run("psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, data=text)
        return [line.split("\t") for line in out.splitlines()]

    # hearthd.

    def start_server(self, database=None, nofile=None, patience=30, program="hearthd", prefix=()):
        """Starts `hearthd serve` on self.port, and returns when it listens. `database`: another conninfo than straight to PostgreSQL;
        `nofile`: a limit of its open files; `program`: another one of its kind; `prefix`: words before the command, of something that becomes it."""
        no_limits = [word for whose in ("caller", "directory") for what in ("reads", "writes", "hashes", "runs", "watches") for word in (f"--{whose}-{what}", "0")
                     if not self.limits]
        command = [BUILD / "bin" / program, "serve", "--database", database or self.conninfo("hearth_app"),
                   "--listen", f"127.0.0.1:{self.port}", "--metrics-listen", "", "--keys-file", self.keys,
                   "--tls-certificate", self.directory / "server.pem", "--tls-key", self.directory / "server.key",
                   "--tls-client-certificates", "none", *no_limits, *self.flags]
        if nofile is not None:
            command = ["prlimit", f"--nofile={nofile}:{nofile}", "--", *command]
        command = [*prefix, *command]
        with open(self.directory / "hearthd.log", "ab") as log:
            self.server = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + patience
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError as error:
                if self.server.poll() is not None or time.monotonic() > deadline:
                    raise Failure(f"hearthd does not listen: {self.log_tail()}") from error
            time.sleep(0.01)

    def kill_server(self):
        """kill -9."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def log_tail(self):
        return (self.directory / "hearthd.log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def token(self, directory, subject):
        """A bearer token of a caller, good for two hours."""
        return run(ROOT / "deploy/dev-issuer", "token", self.directory / "issuers" / directory, "--issuer", issuer_of(directory),
                   "--subject", subject, "--hours", "2").strip()

    @property
    def ca(self):
        """The certificate that clients trust."""
        return self.directory / "server.pem"

    # How the world is made.

    def _make_certificate(self):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", self.directory / "server.key", "-out", self.directory / "server.pem")

    def _make_issuers(self):
        for directory in (FORTH, CONTOSO):
            run(ROOT / "deploy/dev-issuer", "make", self.directory / "issuers" / directory)

    def _make_database(self):
        self.sql("CREATE ROLE hearth_owner LOGIN; CREATE ROLE hearth_app LOGIN;", database="postgres")
        self.sql("CREATE DATABASE hearth OWNER hearth_owner", database="postgres")
        run(BUILD / "bin/hearthd", "keys", "generate", "--keys-file", self.keys)
        run(BUILD / "bin/hearthd", "migrate", "--database", self.conninfo("hearth_owner"), "--app-role", "hearth_app")

    def _fill(self, people, passwords):
        for directory in (FORTH, CONTOSO):
            jwks = json.dumps(json.loads((self.directory / "issuers" / directory / "jwks.json").read_text(encoding="utf-8")))
            self.sql(f"""
                INSERT INTO hearth.directories (directory_id, display_name, help_uri)
                  VALUES ('{directory}', '{directory}', 'https://help.{directory}.com');
                INSERT INTO hearth.domains (domain, directory_id, is_primary) VALUES ('{directory}.com', '{directory}', true);
                INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)
                  VALUES ('{directory}', 'primary', '{issuer_of(directory)}', 'hearth', $jwks${jwks}$jwks$);
                INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)
                  VALUES ('{directory}', 'admin', 'admin@{directory}.com', 'Administrator', 1, '{directory}');
                INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('{directory}', 'admin', 'global_administrator');
                INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)
                  SELECT '{directory}', 'backend-' || i, 'A service', '{BACKEND_PERMISSIONS}' FROM generate_series(0, {BACKENDS - 1}) i;""")
        self.sql(f"""
            INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)
              SELECT '{FORTH}', 'user' || i, 'user' || i || '@{FORTH}.com', 'User ' || i, 1, '{FORTH}'
              FROM generate_series(0, {people - 1}) i;
            ALTER TABLE hearth.users DISABLE TRIGGER guest_made;
            INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id, invitation_state,
                                      home_identity)
              SELECT '{CONTOSO}', replace(user_id, 'user', 'guest'), user_principal_name, display_name, 2, '{FORTH}', 2, identity
              FROM hearth.users WHERE directory_id = '{FORTH}' AND user_id LIKE 'user%';
            ALTER TABLE hearth.users ENABLE TRIGGER guest_made;
            INSERT INTO hearth.memberships (directory_id, user_id, resource_directory_id, guest_id)
              SELECT '{FORTH}', user_id, '{CONTOSO}', replace(user_id, 'user', 'guest')
              FROM hearth.users WHERE directory_id = '{FORTH}' AND user_id LIKE 'user%';
            INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc, pepper_key_id, must_change)
              SELECT directory_id, user_id, directory_id, 1, '{NO_PASSWORD}', 'k1', false
              FROM hearth.users WHERE directory_id = '{FORTH}' AND user_id LIKE 'user%' AND {"true" if passwords else "false"};
            VACUUM ANALYZE;""")
