"""How mails look: each template in each language, as `hearth mail preview` writes it, in a real browser: at the width of a phone and of a desk, light and dark.

HEARTH_PICTURES=FOLDER keeps a picture of each, for people to look at. Skipped (77) where no chromium is installed.
"""

import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import browser
import report
from caller import POOL, Caller
from rig import BUILD, FORTH, ROOT, Rig, run

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
READABLE = 4.5  # WCAG 2.2, 1.4.3, AA, for text of any size.
TOUCHABLE = 44  # WCAG 2.2, 2.5.5: pixels in each direction.
SUPPORT = "https://it.forthcoffee.example/help"
TEMPLATES = [value.name.removeprefix("MAIL_TEMPLATE_") for value in POOL.FindEnumTypeByName("hearth.v1.MailTemplate").values if value.number]
LANGUAGES = sorted(folder.name for folder in (ROOT / "server/mail/templates").iterdir() if folder.is_dir())
# From black to white, the grey that is nearest to both, and what is bright to the eye and dark in numbers.
COLORS = ("#000000", "#ffffff", "#767676", "#7f7f7f", "#ffff00", "#0000ff", "#ff0000", "#1e2227")
MEASURE = (HERE / "mail_look.js").read_text(encoding="utf-8")


class MailLook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(people=1)
        cls.addClassCleanup(cls.rig.close)
        cls.rig.start_server()
        (cls.rig.directory / "token").write_text(cls.rig.token(FORTH, "admin"), encoding="ascii")
        cls.admin = Caller(cls.rig, FORTH, "admin")
        cls.settings(support_uri=SUPPORT)
        cls.browser = browser.Browser(cls.rig.directory)
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def settings(cls, **fields):
        cls.admin.call("MailService/UpdateMailSettings",
                       mail_settings={"name": f"directories/{FORTH}/mailSettings", **fields}, update_mask={"paths": list(fields)})

    def preview(self, template, language):
        file = self.rig.directory / f"{template.lower()}.{language}.html"
        run(BUILD / "bin/hearth", "--server", f"127.0.0.1:{self.rig.port}", "--ca", self.rig.ca, "--token-file", self.rig.directory / "token",
            "--directory", FORTH, "mail", "preview", template, "--language", language, "--html", file)
        return file

    def look(self, file, width, scheme):
        page = self.browser.open(file, width, scheme)
        if folder := os.environ.get("HEARTH_PICTURES"):
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            page.picture(pathlib.Path(folder) / f"{file.stem}.{width}.{scheme}.png")
        self.assertEqual(page.requests, [file.as_uri()], "it loads nothing but itself")
        return page.evaluate(MEASURE)

    def check(self, seen, width, scheme):
        self.assertEqual(seen["viewport"], width)
        self.assertLessEqual(seen["content"], width, "nobody scrolls sideways")
        self.assertEqual(seen["outside"], [])
        self.assertEqual(seen["background"] < 0.2, scheme == "dark")
        self.assertEqual([text for text in seen["texts"] if text["contrast"] < READABLE or text["size"] < 13], [])
        self.assertEqual([button for button in seen["buttons"] if min(button["width"], button["height"]) < TOUCHABLE], [])
        self.assertEqual((seen["active"], seen["headings"]), (0, 1))
        self.assertTrue(seen["title"])
        self.assertIn(SUPPORT, seen["links"])
        self.assertEqual([link for link in seen["links"] if not link.startswith("https://")], [])

    def test_every_mail_is_readable_on_a_phone_and_at_a_desk_in_light_and_in_dark(self):
        for language in LANGUAGES:
            for template in TEMPLATES:
                file = self.preview(template, language)
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        with self.subTest(template=template, language=language, width=width, scheme=scheme):
                            seen = self.look(file, width, scheme)
                            self.check(seen, width, scheme)
                            self.assertEqual(seen["language"], language)

    def test_a_button_is_readable_in_every_color_of_a_directory(self):
        self.addCleanup(self.settings, color="#1f4e79")
        for color in COLORS:
            self.settings(color=color)
            file = self.preview("RESET_LINK", "en")
            for scheme in SCHEMES:
                with self.subTest(color=color, scheme=scheme):
                    seen = self.look(file, 390, scheme)
                    self.check(seen, 390, scheme)
                    self.assertEqual(len(seen["buttons"]), 1)

    def test_what_is_measured_is_what_would_be_wrong(self):
        good = self.preview("RESET_LINK", "en").read_text(encoding="utf-8")
        worse = self.rig.directory / "worse.html"
        for change in (("color: #1c1f23", "color: #8a8f96"), ("overflow-wrap: anywhere", "white-space: nowrap"), ("padding: 12px 24px", "padding: 2px"),
                       ("</main>", '<img src="https://tracker.example/pixel.png"></main>'), ("color-scheme: dark) {", "color-scheme: never) {")):
            with self.subTest(change=change):
                self.assertIn(change[0], good)
                worse.write_text(good.replace(*change), encoding="utf-8")
                with self.assertRaises(AssertionError):
                    for scheme in SCHEMES:
                        self.check(self.look(worse, 390, scheme), 390, scheme)


if __name__ == "__main__":
    if browser.path() is None:
        print("NOT CHECKED: how mails look in a browser. chromium is not installed (Debian: apt install chromium).", file=sys.stderr)
        sys.exit(77)
    report.main()
