"""webdriver: a browser as WebDriver (W3C) drives it: Debian's chromium by its chromedriver."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Failure(Exception):
    """What the driver or the page says went wrong."""


class Browser:
    """One headless window; a context manager."""

    def __init__(self, width=1280, height=800, dark=False):
        self.folder = tempfile.mkdtemp(prefix="emuicc-browser-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, env={**os.environ, "HOME": self.folder})
        self.session = None
        try:
            self.address = "http://127.0.0.1:%d" % self._port()
            self._begin(width, height, dark)
        except Exception:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                return int(line.rsplit("port", 1)[1].strip(" .\n"))
        raise Failure("chromedriver did not start")

    def _begin(self, width, height, dark):
        arguments = ["--headless=new", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--window-size=%d,%d" % (width, height), "--user-data-dir=" + self.folder]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"},
                  "timeouts": {"script": 60000}}
        self.session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _call(self, method, path, body=None):
        request = urllib.request.Request(self.address + path, method=method, headers={"Content-Type": "application/json"},
                                         data=json.dumps(body).encode() if body is not None else None)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Failure(json.load(error)["value"]["message"].splitlines()[0]) from None

    def _ask(self, method, path, body=None):
        return self._call(method, "/session/%s%s" % (self.session, path), body)

    def open(self, address):
        self._ask("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """Runs JavaScript in the page; what it returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self._ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """Clicks where it stands now: the page may be drawing it anew."""
        for left in range(20, -1, -1):
            try:
                self._ask("POST", "/element/%s/click" % self.find(selector), {})
                return
            except Failure as failure:
                if left == 0 or "stale" not in str(failure):
                    raise
                time.sleep(0.05)

    def type(self, selector, text):
        self._ask("POST", "/element/%s/value" % self.find(selector), {"text": text})

    def keys(self, text):
        """Presses keys, whatever has the focus."""
        presses = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": presses}]})

    def text(self, selector):
        return self.run("const one = document.querySelector(arguments[0]); return one ? one.textContent : ''", selector)

    def wait(self, script, seconds=60, what=None):
        """Until the script returns something true; that. What it speaks of need not be on the page yet."""
        end = time.monotonic() + seconds
        while True:
            wrong = ""
            try:
                value = self.run(script)
            except Failure as failure:
                value, wrong = None, "%s\n" % failure
            if value:
                return value
            if time.monotonic() > end:
                raise Failure("not within %d seconds: %s\n%s%s" % (seconds, what or script, wrong, self.run("return document.body.innerText").strip()[:3000]))
            time.sleep(0.1)

    def size(self, width, height):
        self._ask("POST", "/window/rect", {"width": width, "height": height})

    def picture(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self._ask("GET", "/screenshot")))

    def complaints(self):
        """What the page has said to its console since the last time: errors and warnings."""
        said = self._ask("POST", "/se/log", {"type": "browser"})
        return ["%(level)s %(message)s" % one for one in said if one["level"] in ("SEVERE", "WARNING")]

    def close(self):
        if self.session is not None:
            try:
                self._call("DELETE", "/session/" + self.session)
            except (Failure, OSError):
                pass
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
