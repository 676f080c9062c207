"""What a README shows as a recipe is what the tests run: word for word a part of the program that is made of it."""

import pathlib
import re
import unittest

import report

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A heading of a README, and the program.
RECIPES = [("client/README.md", "Ending sessions within a second", "client/examples/session_service.cc")]
CODE = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(readme, heading):
    """The C++ below a heading, up to the next one."""
    section = re.split(r"^## ", readme, flags=re.MULTILINE)
    return [code for part in section if part.startswith(heading + "\n") for code in CODE.findall(part)]


def strange(readme, heading, program):
    """What of the recipe is not in the program."""
    return [code for code in blocks(readme, heading) if f"\n{code}" not in program]


class Recipes(unittest.TestCase):
    def test_readmes_show_what_runs(self):
        for readme, heading, program in RECIPES:
            text = (ROOT / readme).read_text(encoding="utf-8")
            self.assertTrue(blocks(text, heading), f"{readme} has no code below {heading!r}")
            self.assertEqual(strange(text, heading, (ROOT / program).read_text(encoding="utf-8")), [], f"{readme} is not {program}")

    def test_another_word_is_noticed(self):
        readme = "## First\n```cpp\nint other;\n```\n## Recipe\n```cpp\nint a;\nint b;\n```\n"
        self.assertEqual(strange(readme, "Recipe", "// Program.\nint a;\nint b;\nint c;\n"), [])
        for program in ("// Program.\nint a;\nint c;\n", "const int a;\nint b;\n", ""):
            self.assertEqual(strange(readme, "Recipe", program), ["int a;\nint b;\n"])


if __name__ == "__main__":
    report.main()
