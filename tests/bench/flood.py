"""More calls than the machine can hash for: the world they are made in, what the machine can do at that moment, and one load."""

import os

import measure
import rig as rigs

TENANTS = tuple(f"tenant{number}" for number in range(8))
PEOPLE, PASSWORDS = 12_000, 8
LEAD_IN, DEADLINE = 2, 5
READS_A_SECOND = 50
HASH_MEMORY_KIB = 47104
# What runs in the way of the callers, who are on other machines: it is let in first, where that is allowed.
PRIORITY = ("nice", "-n", "-10")


def percentile(values, share):
    """As the load generators take it; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def capacity(lanes, log, seconds=2.0):
    """Hashes a second that the machine can make at this moment, beside an idle server; and which part of the processors they got."""
    out = measure.measure([rigs.BUILD / "bin/hearth_bench_argon2", "--threads", lanes, "--seconds", seconds, "--memory-kib", HASH_MEMORY_KIB],
                          measure.Watch(None, None), log)
    used = out["client_cpu_us"] * out["calls"] / 1e6
    return {"rate": out["calls_per_second"], "share": used / (out["seconds"] * min(lanes, len(os.sched_getaffinity(0))))}


class Flood:
    """Directories that are alike, each with people whose passwords are known; and loads of their calls."""

    def __init__(self, rig, log):
        self.rig, self.log = rig, log
        jwks = rig.sql(f"SELECT jwks FROM hearth.trusted_issuers WHERE directory_id = '{rigs.FORTH}'")[0][0]
        for tenant in TENANTS:
            os.symlink(rigs.FORTH, rig.directory / "issuers" / tenant)
            rig.sql(f"""INSERT INTO hearth.directories (directory_id, display_name) VALUES ('{tenant}', '{tenant}');
                INSERT INTO hearth.domains (domain, directory_id, is_primary) VALUES ('{tenant}.com', '{tenant}', true);
                INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)
                  VALUES ('{tenant}', 'primary', '{rigs.issuer_of(tenant)}', 'hearth', $jwks${jwks}$jwks$);
                INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)
                  VALUES ('{tenant}', 'backend-0', 'A service', '{rigs.BACKEND_PERMISSIONS}');
                INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)
                  SELECT '{tenant}', 'user' || i, 'user' || i || '@{tenant}.com', 'User ' || i, 1, '{tenant}' FROM generate_series(0, {PASSWORDS - 1}) i;""")
        self.tokens = {directory: self._token_file(directory) for directory in (*TENANTS, rigs.FORTH, rigs.CONTOSO)}
        self.reset_tokens = []

    def _token_file(self, directory):
        path = self.rig.directory / f"{directory}.tokens"
        path.write_text(self.rig.token(directory, "backend-0") + "\n", encoding="ascii")
        return path

    def give_passwords(self):
        """To the tenants' people."""
        for tenant in TENANTS:
            outcome = self._run("hearth_bench", "--tokens", self.tokens[tenant], "--method", f"give-passwords@{tenant}", "--in-flight", 1, "--seconds", 600,
                                "--calls", PASSWORDS, "--warm-up", 0)
            if outcome["errors"]:
                raise rigs.Failure(f"passwords cannot be given: {outcome['errors']}")

    def mint(self, count):
        """Tokens for CompleteReset: one for each of so many people."""
        if count > PEOPLE - PASSWORDS:
            raise rigs.Failure(f"{count} reset tokens are more than there are people; measure for a shorter time")
        self.reset_tokens = rigs.run(rigs.BUILD / "bin/hearth_bench_tokens", "--database", self.rig.conninfo("hearth_app"), "--keys-file",
                                     self.rig.directory / "keys", "--first", PASSWORDS, "--count", count).split()

    def _run(self, program, *options, prefix=()):
        command = [*prefix, rigs.BUILD / "bin" / program, "--target", f"127.0.0.1:{self.rig.port}", "--ca", self.rig.ca, "--people", PEOPLE,
                   "--passwords", PASSWORDS, *options]
        watch = measure.Watch(self.rig.server.pid, self.rig.postmaster())
        outcome = measure.run_watched(command, watch, self.log)
        outcome["peak_mib"] = watch.peak
        return outcome

    def flow(self, method, directory, rate, name=None):
        """The words for one flow of calls."""
        plan = f"{method}@{directory}" if method == "verify" else method
        return ("--flow", f"{name or directory}:{plan}:{rate:.3f}:{self.tokens[directory]}")

    def reads(self):
        return self.flow("get", rigs.CONTOSO, READS_A_SECOND, "reads")

    def spend_tokens(self, count):
        """The words for so many reset tokens that nobody has spent yet."""
        path = self.rig.directory / "reset.tokens"
        if len(self.reset_tokens) < count:
            raise rigs.Failure("the reset tokens are used up")
        path.write_text("\n".join(self.reset_tokens[:count]) + "\n", encoding="ascii")
        del self.reset_tokens[:count]
        return ("--reset-tokens", path)

    def offer(self, flows, seconds, normal_ms=0.0, more=()):
        """One load: the outcome by the names of the flows, and of all."""
        outcome = self._run("hearth_bench_flood", *(word for flow in flows for word in flow), "--lead-in", LEAD_IN, "--seconds", seconds, "--deadline",
                            DEADLINE, "--recovery", normal_ms, *more, prefix=PRIORITY)
        outcome["flows"] = {flow["name"]: flow for flow in outcome["flows"]}
        return outcome
