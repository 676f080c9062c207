"""A real browser without a window: chromium, driven through a pipe by the Chrome DevTools Protocol. Nothing that it shows may load from elsewhere.

    with Browser(directory) as browser:
        page = browser.open(file, width=390, scheme="dark")
        page.evaluate("document.title"); page.requests; page.picture(target)
"""

import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import time

HEIGHT = 900
PATIENCE = 60
# It must find nobody to talk to: every name resolves to nothing, and what it does on its own is off.
FLAGS = ("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
         "--disable-sync", "--disable-component-update", "--disable-background-networking", "--disable-default-apps", "--hide-scrollbars",
         "--host-resolver-rules=MAP * ~NOTFOUND")


def path():
    """Where chromium is; None when it is not installed."""
    return shutil.which("chromium")


class Page:
    """What the browser shows at the moment; the next `open` replaces it."""

    def __init__(self, browser, requests):
        self._browser = browser
        self.requests = requests  # The addresses that it loaded, its own first.

    def evaluate(self, expression):
        """The value of a JavaScript expression; raises RuntimeError where it throws."""
        answer = self._browser.command("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "JavaScript failed"))
        return answer["result"].get("value")

    def picture(self, target):
        """Writes the whole page as PNG."""
        size = self._browser.command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        answer = self._browser.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        pathlib.Path(target).write_bytes(base64.b64decode(answer["data"]))


class Browser:
    """Starts chromium with a profile below `directory`. Close it, or use it in a `with`."""

    def __init__(self, directory):
        self._next_id, self._session, self._waiting, self._events = 0, None, b"", []
        # High numbers at first, so that none of them is one of those that the child gets.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for pair in (os.pipe(), os.pipe()) for end in pair]
        to_read, self._write, self._read, to_write = ends

        def hand_over():
            os.dup2(to_read, 3)  # Chromium reads commands from 3 and writes answers to 4.
            os.dup2(to_write, 4)

        command = [path(), *FLAGS, f"--user-data-dir={directory}/profile", "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses root.
        with open(pathlib.Path(directory) / "browser.log", "wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(3, 4),
                                             preexec_fn=hand_over)  # pylint: disable=subprocess-popen-preexec-fn
        os.close(to_read)
        os.close(to_write)
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.command(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the browser."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def open(self, file, width, scheme):
        """Shows a local file, `width` pixels wide, to a reader who prefers the `scheme` "light" or "dark"; returns when it has loaded."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=HEIGHT, deviceScaleFactor=1, mobile=width < 600)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._events.clear()
        frame = self.command("Page.navigate", url=pathlib.Path(file).resolve().as_uri())
        if frame.get("errorText"):
            raise RuntimeError(frame["errorText"])
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._receive()
        return Page(self, [event["params"]["request"]["url"] for event in self._events
                           if event["method"] == "Network.requestWillBeSent"])

    def command(self, method, **parameters):
        """Sends a command of the protocol and returns its result; raises RuntimeError where it is refused."""
        self._next_id += 1
        message = {"id": self._next_id, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def _receive(self):
        """The next message; events are kept too."""
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._waiting:
            if not select.select([self._read], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError("chromium does not answer")
            chunk = os.read(self._read, 1 << 20)
            if not chunk:
                raise RuntimeError("chromium has ended")
            self._waiting += chunk
        raw, _, self._waiting = self._waiting.partition(b"\0")
        message = json.loads(raw)
        if "method" in message:
            self._events.append(message)
        return message
