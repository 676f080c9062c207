"""Counts what a run of ctest did: every GoogleTest case by the reports, every other test as one. Ends in "N passed, N failed"."""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as xml


def cases_of(report):
    """Names the cases of one GoogleTest report: (passed, failed, skipped)."""
    passed, failed, skipped = [], [], []
    for case in xml.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.get("status") == "notrun":
            continue
        if case.find("failure") is not None:
            failed.append(name)
        elif case.get("result") == "skipped":
            skipped.append(name)
        else:
            passed.append(name)
    return passed, failed, skipped


def count(folder):
    """Counts all that the junit file of ctest in `folder` lists, looking into the GoogleTest reports beside it."""
    passed, failed, skipped = [], [], []
    for test in xml.parse(folder / "ctest.junit").iter("testcase"):
        name, status = test.get("name"), test.get("status")
        report = folder / f"{name}.xml"
        # A program that crashed leaves no report, or one of all that went well before: it counts as failed itself.
        cases = cases_of(report) if report.exists() else ([], [], [])
        for total, of_test in zip((passed, failed, skipped), cases):
            total.extend(f"{name}: {case}" for case in of_test)
        reason = test.find("skipped")
        asked_to_skip = status == "disabled" or (reason is not None and "SKIP_RETURN_CODE" in reason.get("message", ""))
        if asked_to_skip:
            skipped.append(name)
        elif status in ("fail", "notrun") and not cases[1]:  # not run: its program was not built
            failed.append(name)
        elif status == "run" and not any(cases):
            passed.append(name)
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where the reports are, ctest's own as ctest.junit")
    parser.add_argument("--passed", action="append", default=[], metavar="NAME", help="one more that passed")
    parser.add_argument("--failed", action="append", default=[], metavar="NAME", help="one more that failed")
    arguments = parser.parse_args()
    passed, failed, skipped = count(arguments.folder)
    passed += arguments.passed
    failed += arguments.failed
    for name in skipped:
        print(f"skipped: {name}")
    for name in failed:
        print(f"failed: {name}")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
