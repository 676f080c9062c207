"""Runs unittest cases and writes them as GoogleTest would, so that tests/run counts each (GTEST_OUTPUT=xml:FILE)."""

import os
import sys
import unittest
import xml.etree.ElementTree as xml


class _Recorder(unittest.TextTestResult):
    """Remembers every case with its verdict: "" for passed, else what was wrong."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.verdicts = {}

    def startTest(self, test):
        super().startTest(test)
        self.verdicts[test.id()] = ""

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.verdicts[test.id()] = str(err[1])

    def addError(self, test, err):
        super().addError(test, err)
        self.verdicts[test.id()] = str(err[1]) or "error"


def main():
    """Runs the tests of the calling script; does not return."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(resultclass=_Recorder).run(suite)
    target = os.environ.get("GTEST_OUTPUT", "")
    if target.startswith("xml:"):
        root = xml.Element("testsuites")
        for name, verdict in result.verdicts.items():
            suite_name, _, case_name = name.removeprefix("__main__.").rpartition(".")
            case = xml.SubElement(root, "testcase", classname=suite_name, name=case_name, status="run", result="completed")
            if verdict:
                xml.SubElement(case, "failure", message=verdict)
        os.makedirs(os.path.dirname(target[4:]) or ".", exist_ok=True)
        xml.ElementTree(root).write(target[4:], encoding="unicode")
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
