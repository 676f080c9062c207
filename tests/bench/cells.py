"""What is measured: one cell is one kind of call at one number of calls in flight."""

import os
import pathlib
import re
import subprocess
import tempfile
import time

from measure import Watch, measure
from rig import BACKENDS, BUILD, CONTOSO, FORTH, ROOT, Failure, free_port, run

PEOPLE, PASSWORDS = 10_000, 64
HASH_BOUND = ("verify", "reset", "complete")
# What each kind of call is compared with in the same round, at the same number in flight.
REFERENCE = {"resolve": "echo-resolve", "get": "echo-get", "request": "echo-request", "verify": "argon2",
             "reset": "argon2", "complete": "argon2"}
KINDS = ("echo-resolve", "resolve", "pgbench-resolve", "echo-get", "get", "pgbench-get", "echo-request", "request", "pgbench-request",
         "argon2", "verify", "reset", "complete")
TITLES = {
    "echo-resolve": "bare gRPC echo (resolve's messages)", "resolve": "ResolveHomeDirectory", "pgbench-resolve": "pgbench, resolve's statement",
    "echo-get": "bare gRPC echo (get's messages)", "get": "GetGuestUser", "pgbench-get": "pgbench, get's statement",
    "echo-request": "bare gRPC echo (request's messages)", "request": "RequestReset", "pgbench-request": "pgbench, an intent a statement",
    "argon2": "raw Argon2id", "verify": "VerifyPassword", "reset": "ResetPassword", "complete": "CompleteReset",
}
# The statements as the server has them, and their parameters, arrays of one: scope, directory, who asks where that matters, for whom (:i is a number).
STATEMENTS = {"pgbench-resolve": ("guest_resolve", (CONTOSO, CONTOSO, "backend-0", "user:i@forthcoffee.com")),
              "pgbench-get": ("guest_get", (CONTOSO, CONTOSO, "guest:i"))}

# One intent, as RequestReset writes them by the batch, which no relay takes. Row-level security is told of the directory by PGOPTIONS.
INSERT_INTENT = r"""\set a random(0, 4611686018427387903)
\set b random(0, 4611686018427387903)
INSERT INTO hearth.reset_intents (directory_id, handle_digest, request_digest, identifier_digest, sealed, call_id, caller_directory,
  caller, caller_kind, peer, trace_id, due_time) SELECT 'forthcoffee', h, h, h, repeat('x', 360)::bytea, gen_random_uuid(), 'forthcoffee',
  'backend-0', 'service', 'a peer of usual length', '', now() + interval '1 day' FROM (SELECT sha256((:a::text || '-' || :b::text)::bytea) AS h) d ON CONFLICT DO NOTHING;
"""


def statement(kind):
    """A pgbench script that runs the server's own statement for one row."""
    name, values = STATEMENTS[kind]
    source = (ROOT / "server/guest/guest_store.cc").read_text(encoding="utf-8")
    found = re.search(rf'"{name}",\s*((?:"[^"]*"\s*)+)}}', source)
    if not found:
        raise Failure(f"server/guest/guest_store.cc has no statement {name}")
    sql = "".join(re.findall(r'"([^"]*)"', found.group(1)))
    for number, value in enumerate(values, start=1):
        sql = sql.replace(f"${number}", "('{" + value.replace(":i", "' || :i || '") + "}')")
    return f"\\set i random(0, {PEOPLE - 1})\n{sql};\n"


class Bench:
    """The programs that run, and how each kind of cell is measured."""

    def __init__(self, rig, lanes, log):
        self.rig, self.lanes, self.log = rig, lanes, log
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="work-", dir=rig.directory))
        self.echo = None
        for directory in (FORTH, CONTOSO):
            tokens = [rig.token(directory, f"backend-{i}") for i in range(BACKENDS)]
            (self.work / f"{directory}.tokens").write_text("\n".join(tokens) + "\n", encoding="ascii")
        for kind in STATEMENTS:
            (self.work / f"{kind}.sql").write_text(statement(kind), encoding="ascii")
        (self.work / "pgbench-request.sql").write_text(INSERT_INTENT, encoding="ascii")
        self.hash_seconds = 1 / self.measure("argon2", 1, 1)["calls_per_second"]
        self._prepare()

    def _prepare(self):
        """Passwords for those who will be verified; real answers for the echo server; the echo server itself."""
        self._load("give-passwords", 1, 3600, "--calls", PASSWORDS, "--warm-up", 0)
        for kind in ("resolve", "get", "request"):
            self._load(kind, 1, 10, "--calls", 1, "--warm-up", 0, "--save-answer", self.work / f"{kind}.answer")
        port = free_port()
        self.echo_target = f"127.0.0.1:{port}"
        self.echo = subprocess.Popen(
            [BUILD / "bin/hearth_bench_echo", "--listen", self.echo_target, "--tls-certificate", self.rig.directory / "server.pem",
             "--tls-key", self.rig.directory / "server.key", "--resolve-answer", self.work / "resolve.answer",
             "--get-answer", self.work / "get.answer", "--request-answer", self.work / "request.answer"], stdout=self.log, stderr=self.log)
        time.sleep(0.5)

    def close(self):
        if self.echo is not None:
            self.echo.kill()
            self.echo.wait()

    def measure(self, kind, in_flight, seconds):
        """One cell; what it brought, with its errors."""
        if kind == "argon2":
            return measure([BUILD / "bin/hearth_bench_argon2", "--threads", min(in_flight, self.lanes), "--seconds", seconds],
                           Watch(None, None), self.log)
        if kind.startswith("pgbench"):
            return self._pgbench(kind, in_flight, seconds)
        # Hash-bound calls wait for those before them: measure when as many have passed as are in flight.
        warm_up = 0.5 + (in_flight * self.hash_seconds / self.lanes if kind in HASH_BOUND else 0)
        more = ("--reset-tokens", self._mint(in_flight, warm_up + seconds)) if kind == "complete" else ()
        outcome = self._load(kind, in_flight, seconds, "--warm-up", warm_up, *more)
        if kind == "request":
            # What the relay has not taken yet it would take beside the next cell.
            self.rig.sql("TRUNCATE hearth.reset_intents")
        return outcome

    def _mint(self, in_flight, seconds):
        """A file of reset tokens, half as many again as can be spent, and those of the calls that are in flight at the end."""
        count = min(PEOPLE - PASSWORDS, round(1.5 * seconds * self.lanes / self.hash_seconds) + in_flight)
        path = self.work / "reset.tokens"
        path.write_text(run(BUILD / "bin/hearth_bench_tokens", "--database", self.rig.conninfo("hearth_app"), "--keys-file", self.rig.directory / "keys",
                            "--first", PASSWORDS, "--count", count), encoding="ascii")
        return path

    def _load(self, kind, in_flight, seconds, *options):
        echo = kind.startswith("echo")
        directory = CONTOSO if kind.endswith(("resolve", "get")) else FORTH
        outcome = measure(
            [BUILD / "bin/hearth_bench", "--target", self.echo_target if echo else f"127.0.0.1:{self.rig.port}", "--ca", self.rig.ca,
             "--tokens", self.work / f"{directory}.tokens", "--method", kind, "--in-flight", in_flight, "--seconds", seconds,
             "--people", PEOPLE, "--passwords", PASSWORDS, *options],
            Watch(self.echo.pid, None) if echo else Watch(self.rig.server.pid, self.rig.postmaster()), self.log)
        if outcome["errors"] and kind == "give-passwords":
            raise Failure(f"passwords cannot be given: {outcome['errors']}")
        return outcome

    def _pgbench(self, kind, in_flight, seconds):
        watch = Watch(None, self.rig.postmaster())
        prefix = self.work / "latency"
        command = ["pgbench", "-n", "-M", "prepared", "-f", self.work / f"{kind}.sql", "-c", in_flight, "-j", min(in_flight, 2),
                   "-T", max(1, round(seconds)), "-l", "--log-prefix", prefix, "--sampling-rate", "0.1",
                   "-h", self.rig.postgres_directory, "-p", "5432", "-U", "hearth_app", "hearth"]
        watch.start()
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=self.work,
                              # As hearthd has it; and the directory that row-level security asks for.
                              env={**os.environ, "PGOPTIONS": "-c plan_cache_mode=force_generic_plan -c hearth.directories={forthcoffee}"})
        watch.stop()
        tps = re.search(r"tps = ([\d.]+) \(without", done.stdout)
        calls = re.search(r"actually processed: (\d+)", done.stdout)
        if done.returncode != 0 or not tps or not calls:
            raise Failure(f"pgbench failed: {done.stderr[-2000:]}")
        micros = sorted(int(line.split()[2]) for file in self.work.glob("latency*") for line in file.read_text().splitlines())
        for file in self.work.glob("latency*"):
            file.unlink()
        count = int(calls.group(1))
        return {"calls": count, "seconds": count / float(tps.group(1)), "calls_per_second": float(tps.group(1)),
                "p50_us": micros[len(micros) // 2], "p99_us": micros[len(micros) * 99 // 100], "errors": {}, "server_cpu_us": 0.0,
                "postgres_cpu_us": (watch.after[1] - watch.before[1]) / count * 1e6, "client_cpu_us": 0.0, "peak_mib": 0.0}
