"""Runs one program that measures, and watches what the server's processes use meanwhile."""

import json
import os
import pathlib
import subprocess

from rig import tree

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """What a process has used, with those of its children that have ended."""
    # After the name, which may hold anything: state is field 0, utime 11, stime 12, cutime 13, cstime 14.
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def memory_mib(pid, name):
    """VmHWM (the peak since reset_peak) or VmRSS of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def reset_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


class Watch:
    """What some processes use between two moments."""

    def __init__(self, server, postmaster):
        """`server`: a process id, or None; `postmaster` likewise."""
        self.server, self.postmaster = server, postmaster
        self.before = self.after = (0.0, 0.0)
        self.peak = 0.0

    def _now(self):
        server = cpu_seconds(self.server) if self.server else 0.0
        postgres = 0.0
        for pid in tree(self.postmaster) if self.postmaster else []:
            try:
                postgres += cpu_seconds(pid)
            except OSError:
                pass  # Ended meanwhile: the postmaster counts it from now on.
        return server, postgres

    def start(self):
        if self.server:
            reset_peak(self.server)
        self.before = self._now()

    def stop(self):
        self.after = self._now()
        if self.server:
            self.peak = memory_mib(self.server, "VmHWM")


def run_watched(command, watch, log):
    """Runs a program that prints "measuring", "measured" and its outcome as JSON; returns the outcome. `watch` sees what is between."""
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=log, text=True) as program:
        outcome = None
        for line in program.stdout:
            if line.strip() == "measuring":
                watch.start()
            elif line.strip() == "measured":
                watch.stop()
            elif line.startswith("{"):
                outcome = json.loads(line)
    if program.returncode != 0 or outcome is None:
        raise RuntimeError(f"{command[0]} failed ({program.returncode})")
    return outcome


def measure(command, watch, log):
    """The same for one kind of call: the outcome with what `watch` saw for each."""
    outcome = run_watched(command, watch, log)
    calls = max(outcome["calls"], 1)
    outcome["calls_per_second"] = outcome["calls"] / outcome["seconds"]
    outcome["server_cpu_us"] = (watch.after[0] - watch.before[0]) / calls * 1e6
    outcome["postgres_cpu_us"] = (watch.after[1] - watch.before[1]) / calls * 1e6
    outcome["client_cpu_us"] = outcome.pop("client_cpu_seconds", 0.0) / calls * 1e6
    outcome["peak_mib"] = watch.peak
    return outcome
