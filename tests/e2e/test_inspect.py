#!/usr/bin/env python3
"""test_inspect.py: the inspector in a real browser: a download watched live, a fault set by click and met by the LPA,
files, a recorded exchange, a farm of 10,000. No pcscd and no root: the chip has a socket of its own (--pcsc)."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from webdriver import Browser, Failure  # noqa: E402

BUILD = os.environ["BUILD"]
PROFILE = "8988211000000000029"  # usim-isim-tuak
FIRST = "8988211000000000011"
DRAW_LIMIT_MS = 1000
CHIPS = 10000


def skip(why):
    print("skipped: " + why)
    sys.exit(1 if os.environ.get("EMUICC_REQUIRE_E2E") else 77)


def check(value, what):
    if not value:
        raise Failure(what)


def program(name):
    folder = {"emuicc": "card", "emuicc-farm": "card"}.get(name, "tools/" + name.split("-", 1)[-1])
    return os.path.join(BUILD, folder, name)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class World:
    """What runs, and where; all of it ends with the test."""

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="emuicc-inspect-")
        self.running = []

    def start(self, name, *arguments):
        log = open(os.path.join(self.work, "%s-%d.log" % (name, len(self.running))), "w+", encoding="utf-8")
        one = subprocess.Popen([program(name), *arguments], cwd=self.work, stdout=subprocess.PIPE, stderr=log, text=True)
        one.log = log
        self.running.append(one)
        return one

    def wait_for(self, path, seconds=60):
        end = time.monotonic() + seconds
        while not os.path.exists(os.path.join(self.work, path)):
            check(time.monotonic() < end, "%s does not come" % path)
            time.sleep(0.05)

    def inspect(self, *arguments):
        """Starts an inspector; its address."""
        one = self.start("emuicc-inspect", "--listen", "127.0.0.1:0", *arguments)
        address = one.stdout.readline().strip()
        check(address.startswith("http://127.0.0.1:"), "emuicc-inspect does not print its address")
        return address

    def chip(self, *arguments):
        self.card = self.start("emuicc", "--state", "chip", "--pcsc", "pcsc", "--install",
                   os.path.join(BUILD, "tools/profiles/usim-milenage.der") + ",enabled", *arguments)
        self.wait_for("pcsc")
        self.wait_for("chip/control")

    def server(self):
        port = free_port()
        self.start("emuicc-smdpp", "--pki", "chip/pki", "--profiles", os.path.join(BUILD, "tools/profiles"),
                   "--listen", "127.0.0.1:%d" % port, "--address", "localhost:%d" % port)
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return "localhost:%d" % port
            except OSError:
                check(time.monotonic() < end, "emuicc-smdpp does not listen")
                time.sleep(0.1)

    def lpa(self, *arguments):
        environment = {**os.environ, "PCSCLITE_CSOCK_NAME": os.path.join(self.work, "pcsc")}
        return subprocess.run([program("emuicc-lpa"), "--ca", "chip/pki", *arguments], cwd=self.work, env=environment,
                              capture_output=True, text=True, timeout=120)

    def logs(self):
        for one in self.running:
            one.log.seek(0)
            print("--- %s\n%s" % (one.args[0], one.log.read()[-2000:]))

    def close(self):
        for one in reversed(self.running):
            one.terminate()
        for one in self.running:
            one.wait()
            one.stdout.close()
            one.log.close()
        shutil.rmtree(self.work, ignore_errors=True)


def status(address, path, token=None, body=None, kind="application/json"):
    headers = {"Content-Type": kind} if body is not None else {}
    if token:
        headers["X-Token"] = token
    request = urllib.request.Request(address.split("/?")[0] + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_admission(address):
    """Nobody without the token; nothing is changed by GET, nor by what another site's page can send."""
    token = address.split("token=")[1]
    check(status(address, "/")[0] == 403, "the page is there without its token")
    check(status(address, "/api/chip")[0] == 403, "the chip is there without the token")
    check(status(address, "/api/chip", token[:-1] + "x")[0] == 403, "another token is taken")
    code, headers, _ = status(address, "/", token)
    check(code == 200 and "default-src 'none'" in headers["Content-Security-Policy"], "no policy for contents")
    check("unsafe" not in headers["Content-Security-Policy"], "the policy allows what stands in the page")
    check(status(address, "/api/action", token)[0] == 405, "GET does something")
    check(status(address, "/api/action", token, b"name=eject", "application/x-www-form-urlencoded")[0] == 400, "a form does something")
    check(status(address, "/api/action", token, b"[")[0] == 400, "no JSON is taken")
    check(b'"place":"in"' in status(address, "/api/chip", token)[2], "something was done")


def test_chip(browser):
    browser.wait("return document.querySelector('#profiles')", what="the chip's view")
    check(FIRST in browser.text("main"), "the profile is not there")
    check("signature good" in browser.text("main"), "the certificates are not checked")
    check(browser.run("return document.querySelectorAll('.certificate').length") >= 3, "no chain of certificates")
    nameless = browser.run("return [...document.querySelectorAll('button, input, select, a, canvas')].filter((one) => "
                           "!(one.textContent.trim() || one.getAttribute('aria-label') || one.title)).map((one) => one.outerHTML)")
    check(not nameless, "without a name: %s" % nameless)


def test_download(world, browser, server):
    """Watched while it happens: the page is told of each command before the LPA ends."""
    browser.keys("2")
    browser.wait("return document.querySelector('[role=listbox]')", what="the live view")
    browser.run("window.seen = []; window.watching = setInterval(() => { const rows = document.querySelector('.bar-tools [role=status]').textContent;"
                " if (window.seen.at(-1) !== rows) window.seen.push(rows); }, 20)")
    result = {}
    world.lpa("info")
    loading = threading.Thread(target=lambda: result.update(done=world.lpa("download", "LPA:1$%s$usim-isim-tuak" % server)))
    loading.start()
    browser.wait("return document.querySelector('.rail-entry.session')", 60, "a session")
    loading.join()
    check(result["done"].returncode == 0, "the download: " + result["done"].stderr)
    browser.click(".rail-entry.session")
    browser.wait("return [...document.querySelectorAll('.step text')].some((one) => one.textContent.startsWith('LoadBoundProfilePackage'))", what="the diagram")
    labels = browser.run("clearInterval(window.watching); return [...document.querySelectorAll('.step text')].map((one) => one.textContent)")
    for name in ("GetEUICCChallenge", "InitiateAuthentication", "AuthenticateServer", "PrepareDownload", "HandleNotification"):
        check(name in labels, "%s is not in the diagram: %s" % (name, labels))
    check(server in browser.text(".diagram"), "the server has no name")
    check(browser.run("return window.seen.length") > 1, "nothing was seen before the end")
    browser.run("[...document.querySelectorAll('.step')].find((one) => one.textContent.startsWith('AuthenticateServer')).dispatchEvent(new MouseEvent('click'))")
    browser.wait("return document.querySelector('.detail').textContent.includes('serverSigned1')", what="a command in full")
    browser.keys("/")
    check(browser.run("return document.activeElement.id") == "filter", "/ does not lead to the filter")
    browser.run("document.activeElement.blur()")
    browser.keys("1")
    browser.wait("return document.querySelector('main').textContent.includes('%s')" % PROFILE, what="the new profile")


def test_fault(world, browser):
    """Set by click, seen by the LPA, by the count of the fault, and in the list of what passes."""
    browser.keys("4")
    browser.wait("return document.querySelector('#about-fault-add')", what="the view of what can be done")
    browser.type("#about-fault-add", "function EnableProfile = result 5, once")
    browser.click("#about-fault-add ~ button")
    browser.wait("return document.querySelector('.faults')", what="the fault")
    check("fault add 'function EnableProfile = result 5, once'" in browser.text("#said"), "the command is not shown: " + browser.text("#said"))
    done = world.lpa("enable", PROFILE)
    check(done.returncode != 0 and "catBusy" in done.stderr, "the LPA has not met the fault: %s%s" % (done.stdout, done.stderr))
    browser.wait("return document.querySelector('.faults td.failure')", what="that the fault has struck")
    browser.keys("2")
    browser.wait("return [...document.querySelectorAll('.line.failed')].some((one) => one.textContent.includes('catBusy'))", what="the failure in the list")
    browser.run("[...document.querySelectorAll('.line.failed')].at(-1).click()")
    browser.wait("return location.hash.match(/^#.live.\\d+$/)", what="a link to the line")
    check(world.lpa("enable", PROFILE).returncode == 0, "the fault has struck twice")


def test_files(browser):
    browser.keys("3")
    browser.wait("return document.querySelector('[role=tree] [role=treeitem]')", what="the tree")
    browser.run("const box = document.querySelector('#which'); box.value = arguments[0]; box.dispatchEvent(new Event('change'))", FIRST)
    browser.wait("return location.hash.startsWith('#/files/%s/')" % FIRST, what="that profile's files")
    browser.run("[...document.querySelectorAll('.tree .name')].filter((one) => one.textContent === 'EF.IMSI').at(-1).click()")
    browser.wait("return document.querySelector('.detail').textContent.includes('001010000000001')", what="the IMSI")
    check("PIN1" in browser.text(".detail") and "transparent, 9 bytes" in browser.text(".detail"), "rule or FCP has no words")
    browser.keys("\ue015")  # down
    browser.wait("return !document.querySelector('.detail h2').textContent.startsWith('EF.IMSI')", what="the next file, by a key")


def test_actions(browser):
    browser.keys("4")
    browser.wait("return document.querySelector('#action-eject')")
    browser.click("#action-eject")
    browser.wait("return document.querySelector('#who').textContent.includes('ejected')", what="that the card is out")
    browser.click("#action-insert")
    browser.wait("return document.querySelector('#who').textContent.includes('inserted')", what="that the card is in")


def test_recorded(world, browser, address):
    """What the page saves, another inspector shows."""
    token = address.split("token=")[1]
    for kind, name in (("transcript", "saved.transcript"), ("pcap", "saved.pcap")):
        code, _, text = status(address, "/api/save?format=" + kind, token)
        check(code == 200 and len(text) > 1000, "nothing is saved as " + kind)
        with open(os.path.join(world.work, name), "wb") as out:
            out.write(text)
        browser.open(world.inspect("--replay", name))
        browser.wait("return document.querySelector('.rail-entry.session')", what="the session out of a " + kind)
        browser.click(".rail-entry.session")
        browser.wait("return document.querySelector('.diagram').textContent.includes('LoadBoundProfilePackage')", what="its diagram")


def test_rest(world, browser, address):
    """Of a chip that has ended its profiles and files are still to be seen, and nothing that would be refused."""
    world.card.terminate()
    check(world.card.wait(30) == 0, "the chip ends badly")
    browser.open(address)
    browser.run("location.hash = '#/chip'")
    browser.wait("return document.querySelector('#rest')", what="the chip at rest")
    check("at rest" in browser.text("#who"), "it seems to run: " + browser.text("#who"))
    check(FIRST in browser.text("main") and PROFILE in browser.text("main"), "the profiles are not there")
    check(not browser.run("return document.querySelectorAll('[id^=enable-], [id^=disable-], [id^=delete-]').length"), "it can be changed")
    test_files(browser)


class PlayedFarm(threading.Thread):
    """Answers as a farm of very many chips does, at its control socket."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        os.mkdir(folder)
        rows = [["8904903212345123451234%010d" % number, number % 977, (number // 7) % 5, 1 if number % 331 == 0 else 0] for number in range(CHIPS)]
        self.answer = json.dumps({"count": CHIPS, "listen": "127.0.0.1:35970", "chips": rows}).encode() + b"\n"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(folder, "control"))
        self.listener.listen()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            with client:
                line = b""
                while b"\n" not in line:
                    line += client.recv(256)
                client.sendall(self.answer)


def test_large_farm(world, browser):
    """What the page itself takes to draw; the machine may be busy, so the fastest of several counts."""
    PlayedFarm(os.path.join(world.work, "large")).start()
    browser.open(world.inspect("--farm", "large"))
    browser.wait("return document.querySelector('#farm-map').dataset.drawn === '%d'" % CHIPS, 60, "%d chips" % CHIPS)
    browser.wait("return performance.getEntriesByName('farm draw').filter((one) => one.detail.chips === %d).length >= 3" % CHIPS, 60)
    took = browser.run("return Math.min(...performance.getEntriesByName('farm draw').filter((one) => one.detail.chips === %d).map((one) => one.duration))" % CHIPS)
    print("%d chips drawn in %.0f ms" % (CHIPS, took))
    check(took < DRAW_LIMIT_MS, "%d chips take %.0f ms" % (CHIPS, took))
    colors = browser.run("const map = document.querySelector('#farm-map'); const data = map.getContext('2d').getImageData(0, 0, map.width, map.height).data;"
                         "const seen = new Set(); for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]); return seen.size")
    check(colors >= 4, "the map has %d colours" % colors)


def test_farm(world, browser):
    """One click leads to one chip."""
    world.start("emuicc-farm", "--state", "farm", "--cards", "4", "--listen", "127.0.0.1:0")
    world.wait_for("farm/control", 120)
    browser.open(world.inspect("--farm", "farm"))
    browser.wait("return document.querySelector('#farm-map').dataset.drawn === '4'", 60, "four chips")
    browser.run("document.querySelector('#farm-map').focus()")
    browser.keys("\ue014\ue014")  # right, right
    browser.wait("return document.querySelector('#farm-said').textContent.includes('commands')", what="a chip in words")
    browser.click("#farm-map")
    browser.wait("return location.hash.startsWith('#/chip/of/') || document.querySelector('#identity')", 60, "one chip")
    browser.wait("return document.querySelector('#identity') && document.querySelector('#who').textContent.includes('8904')", 60, "its view")


def test_narrow(browser, address):
    browser.size(420, 800)
    for view in ("chip", "live", "files", "actions"):
        browser.open(address)
        browser.run("location.hash = arguments[0]", "#/" + view)
        browser.wait("return document.querySelector('.view-%s') && document.querySelector('main').textContent.length > 20" % view)
        check(browser.run("return document.documentElement.scrollWidth <= window.innerWidth + 1"), "%s is wider than a narrow window" % view)


def run(world):
    world.chip()
    address = world.inspect("--state", "chip")
    server = world.server()
    test_admission(address)
    with Browser() as browser:
        browser.open(address)
        test_chip(browser)
        test_download(world, browser, server)
        test_fault(world, browser)
        test_files(browser)
        test_actions(browser)
        test_narrow(browser, address)
        browser.size(1280, 800)
        test_recorded(world, browser, address)
        test_large_farm(world, browser)
        test_farm(world, browser)
        test_rest(world, browser, address)
        said = browser.complaints()
        check(not said, "the console: %s" % said)
    print("the inspector works in a browser")


def main():
    for name in ("chromium", "chromedriver"):
        if not shutil.which(name):
            skip("%s is not installed (Debian packages chromium, chromium-driver)" % name)
    world = World()
    try:
        run(world)
    except Exception:
        world.logs()
        raise
    finally:
        world.close()


main()
