"""The report of a run: ratios of what was measured in the same round, as JSON and as a table."""

import json
import os
import pathlib
import platform
import statistics

from cells import HASH_BOUND, REFERENCE, TITLES

# (kinds, in flight, at least this share of the reference)
AIMS = ((("resolve", "get"), 256, 0.7), (("resolve", "get"), 16, 0.5),
        (HASH_BOUND, 16, 0.9), (HASH_BOUND, 64, 0.9), (HASH_BOUND, 256, 0.9))
# Peak memory at the most calls in flight may be above that at 16, where every hash lane is busy already, by the calls' own buffers.
MEMORY_OF_A_CALL_MIB = 1 / 16
FIGURES = ("calls_per_second", "p50_us", "p99_us", "server_cpu_us", "postgres_cpu_us", "client_cpu_us", "peak_mib")


def machine(postgres_version, build_type, parameters):
    """What the figures were taken on."""
    cpu = next((line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
                if line.startswith("model name")), platform.machine())
    return {"processors": len(os.sched_getaffinity(0)), "cpu": cpu, "kernel": platform.release(), "postgresql": postgres_version,
            "fsync": "on", "build": build_type, **parameters}


def cpu_us(outcome):
    """Processor time that a call took in all."""
    return sum(outcome[figure] for figure in FIGURES if figure.endswith("cpu_us"))


def summarize(cells):
    """From {(kind, in flight): [outcome of each round]} to a row each: medians, and the ratio to the reference, round by round."""
    rows = []
    for (kind, in_flight), outcomes in cells.items():
        row = {"kind": kind, "title": TITLES[kind], "in_flight": in_flight, "rounds": len(outcomes)}
        row |= {figure: statistics.median(outcome[figure] for outcome in outcomes if figure in outcome)
                for figure in FIGURES if any(figure in outcome for outcome in outcomes)}
        row["sent_away"] = sum(outcome.get("sent_away", 0) for outcome in outcomes)
        row["errors"] = {}
        for outcome in outcomes:
            for error, count in outcome.get("errors", {}).items():
                row["errors"][error] = row["errors"].get(error, 0) + count
        references = cells.get((REFERENCE.get(kind), in_flight), [])
        ratios = [mine["calls_per_second"] / theirs["calls_per_second"] for mine, theirs in zip(outcomes, references)]
        if ratios:
            row["ratio"] = {"to": REFERENCE[kind], "median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}
            row["cpu_ratio"] = statistics.median(cpu_us(theirs) / cpu_us(mine) for mine, theirs in zip(outcomes, references))
        rows.append(row)
    return rows


def aims(rows):
    """Each aim with what was reached; those whose cells were not measured are left out."""
    reached = []
    for kinds, in_flight, least in AIMS:
        for row in rows:
            if row["kind"] in kinds and row["in_flight"] == in_flight and "ratio" in row:
                reached.append({"aim": f"{row['title']} at {in_flight} in flight: at least {least} of {TITLES[row['ratio']['to']]}",
                                "reached": round(row["ratio"]["median"], 3), "met": row["ratio"]["median"] >= least})
    for kind in REFERENCE:
        peaks = {row["in_flight"]: row["peak_mib"] for row in rows if row["kind"] == kind}
        if 16 in peaks and max(peaks) > 16:
            most = max(peaks)
            growth, allowed = peaks[most] - peaks[16], (most - 16) * MEMORY_OF_A_CALL_MIB
            reached.append({"aim": f"{TITLES[kind]}: peak memory at {most} in flight at most {allowed:.0f} MiB above that at 16",
                            "reached": round(growth, 3), "met": growth <= allowed})
    return reached


def table(machine_info, rows, reached):
    """The report for people."""
    lines = [", ".join(f"{key} {value}" for key, value in machine_info.items()), ""]
    heads = ("calls/s", "p50 ms", "p99 ms", "server", "postgres", "client", "peak MiB", "of its reference    by processor time")
    for in_flight in sorted({row["in_flight"] for row in rows}):
        lines.append(f"{in_flight} in flight".ljust(38) + "".join(head.rjust(10) for head in heads[:-1]) + "   " + heads[-1])
        for row in (row for row in rows if row["in_flight"] == in_flight):
            figures = [f"{row['calls_per_second']:.0f}" if row["calls_per_second"] >= 1000 else f"{row['calls_per_second']:.1f}"]
            figures += [f"{row[figure] / 1000:.2f}" if figure in row else "" for figure in ("p50_us", "p99_us")]
            figures += [f"{row[figure]:.0f}" if row.get(figure) else "" for figure in FIGURES[3:]]
            ratio = row.get("ratio")
            shown = f"   {ratio['median']:.2f} ({ratio['least']:.2f}–{ratio['most']:.2f})" if ratio else ""
            shown += f"   {row['cpu_ratio']:.2f}" if row.get("cpu_ratio") else ""
            lines.append(f"  {row['title']}".ljust(38) + "".join(figure.rjust(10) for figure in figures) + shown)
        lines.append("")
    lines.append("server, postgres, client: microseconds of processor time a call. Ratios of calls a second: median of the rounds (least–most);")
    lines.append("by processor time: the reference's time a call by this one's, which other programs on the machine disturb less.")
    lines += [f"{'met   ' if aim['met'] else 'MISSED'}  {aim['reached']:.2f}  {aim['aim']}" for aim in reached]
    lines += [f"of {row['in_flight']} callers of {row['title']}, {row['sent_away']} were sent away for a while in all rounds"
              for row in rows if row["sent_away"]]
    for row in rows:
        lines += [f"ERRORS  {row['title']} at {row['in_flight']}: {count} x {error}" for error, count in row["errors"].items()]
    return "\n".join(lines)


def write_json(path, machine_info, rows, reached):
    pathlib.Path(path).write_text(json.dumps({"machine": machine_info, "cells": rows, "aims": reached}, indent=2) + "\n", encoding="utf-8")
