"""Fixtures for pytest: a software eUICC that is the same at the start of each test.

    pytest -p emuicc_pytest            # with this file's folder in PYTHONPATH

chip    a chip on standard input and output: chip.transmit("00A40004023F00") gives data and status word
reader  a chip for PC/SC programs, with no pcscd: reader.run("opensc-tool", "-l"), or reader.environment
smdpp   an SM-DP+ on localhost that chip and reader trust: smdpp.activation_code("usim-milenage")

Each test starts from a snapshot, whatever the test before did to the chip, and without faults. No root, no
port that is known beforehand, nothing but the standard library and pytest. The programs are looked for in
PATH, and then in $EMUICC_BUILD, a build folder.

Each module has chips of its own. What they are made of can be said in a fixture with this name:

    @pytest.fixture(scope="module")
    def emuicc_options():
        return ["--install", "usim-milenage,enabled", "--personality", "sysmoeuicc1-c2t"]

With EMUICC_STATE in the environment `reader` is the chip that runs on that folder, in a reader of pcscd.
"""
import json
import os
import shutil
import socket
import subprocess
import time

import pytest

FOLDERS = ("card", "tools/ctl", "tools/lpa", "tools/pki", "tools/smdpp")
SNAPSHOT = "emuicc-pytest"
START_SECONDS = 60


def program(name):
    """The path of one of emuicc's programs; skips the test if there is none."""
    build = os.environ.get("EMUICC_BUILD")
    places = [os.path.join(build, folder) for folder in FOLDERS] if build else []
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        pytest.skip(f"{name} is neither in PATH nor in $EMUICC_BUILD")
    return os.path.abspath(found)


def until(condition, what):
    """Waits for what takes a moment."""
    end = time.monotonic() + START_SECONDS
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


class Chip:
    """A chip that somebody runs: requests to it, and the way back to where it was."""

    def __init__(self, state):
        self.state = str(state)

    def ctl(self, *words):
        """A request of emuicc-ctl(1); its answer, taken out of JSON."""
        command = [program("emuicc-ctl"), "--state", self.state, "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def fault(self, text):
        """Something that goes wrong: "apdu 1 = status 6F00"."""
        return self.ctl("fault", "add", text)

    def profiles(self):
        """State of each profile by ICCID."""
        return {profile["iccid"]: profile["state"] for profile in self.ctl("list")["profiles"]}

    @property
    def eid(self):
        return self.ctl("status")["eid"]

    def keep(self):
        self.ctl("snapshot", SNAPSHOT)

    def bring_back(self):
        self.ctl("restore", SNAPSHOT)
        self.ctl("fault", "clear")


class StartedChip(Chip):
    """A chip of this run's own."""

    def __init__(self, folder, options, **streams):
        super().__init__(folder / "state")
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            command = [program("emuicc"), "--state", self.state, *options]
            self.process = subprocess.Popen(command, stderr=log, **streams)
        until(lambda: self.is_up() or self.process.poll() is not None, "the chip does not come up")
        assert self.process.poll() is None, self.log.read_text()

    def is_up(self):
        return os.path.exists(os.path.join(self.state, "control"))

    def stop(self):
        self.process.terminate()
        self.process.wait(START_SECONDS)


class StdioChip(StartedChip):
    """Lines both ways (emuicc --stdio)."""

    def __init__(self, folder, options):
        super().__init__(folder, ["--stdio", *options], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, self.log.read_text()
        return answer.rstrip("\n")

    def transmit(self, command):
        """A command in hexadecimal; data and status word, "mute" or "gone"."""
        return self.say(command)

    def exchange(self, command):
        """The same, with what 61xx announces fetched: data and the last status word."""
        answer, data = self.say(command), ""
        while answer[-4:-2] == "61":
            data += answer[:-4]
            answer = self.say(command[:2] + "C00000" + answer[-2:])
        return data + answer[:-4], answer[-4:]

    def reset(self):
        """Powers the chip anew; its ATR."""
        return self.say("reset")

    def bring_back(self):
        super().bring_back()
        self.reset()


class Reader:
    """What PC/SC programs find."""

    def __init__(self, chip, environment):
        self.chip = chip
        self.environment = environment

    def __getattr__(self, name):
        return getattr(self.chip, name)

    def run(self, name, *words, **options):
        """A program on this chip; a subprocess.CompletedProcess with text."""
        found = program(name) if name.startswith("emuicc") else name
        return subprocess.run([found, *words], capture_output=True, text=True, check=False,
                              env=self.environment, **options)


class Server:
    """An SM-DP+ and the issuer that it is trusted for."""

    def __init__(self, process, address, pki):
        self.process, self.address, self.pki = process, address, str(pki)

    def activation_code(self, matching_id):
        return f"LPA:1${self.address}${matching_id}"


@pytest.fixture(scope="module")
def emuicc_options():
    """Options of emuicc(1) that a module's chips are made with."""
    return ["--install", "usim-milenage,enabled"]


@pytest.fixture(scope="session")
def emuicc_packages():
    """A folder of packages that the server offers."""
    build = os.environ.get("EMUICC_BUILD")
    share = os.path.join(os.path.dirname(program("emuicc")), "..", "share/emuicc/profiles")
    return os.path.abspath(os.path.join(build, "tools/profiles")) if build else share


@pytest.fixture(scope="session")
def emuicc_pki(tmp_path_factory):
    """A test PKI whose server is localhost."""
    folder = tmp_path_factory.mktemp("emuicc") / "pki"
    subprocess.run([program("emuicc-pki"), "--server", "localhost", str(folder)], check=True,
                   capture_output=True)
    return folder


@pytest.fixture(scope="module")
def emuicc_stdio(tmp_path_factory, emuicc_pki, emuicc_options):
    chip = StdioChip(tmp_path_factory.mktemp("chip"), ["--pki", str(emuicc_pki), *emuicc_options])
    chip.keep()
    yield chip
    chip.stop()


@pytest.fixture
def chip(emuicc_stdio):
    """A chip on standard input and output, as it was made."""
    emuicc_stdio.bring_back()
    return emuicc_stdio


def reader_of_pcscd():
    """The chip that runs already."""
    chip = Chip(os.environ["EMUICC_STATE"])
    chip.ctl("wait")
    chip.keep()
    return Reader(chip, dict(os.environ))


@pytest.fixture(scope="module")
def emuicc_reader(request, tmp_path_factory):
    if "EMUICC_STATE" in os.environ:
        yield reader_of_pcscd()
        return
    folder = tmp_path_factory.mktemp("reader")
    options = request.getfixturevalue("emuicc_options")
    pki = request.getfixturevalue("emuicc_pki")
    path = str(folder / "socket")
    chip = StartedChip(folder, ["--pcsc", path, "--pki", str(pki), *options])
    until(lambda: os.path.exists(path), "the chip makes no socket")
    chip.keep()
    yield Reader(chip, {**os.environ, "PCSCLITE_CSOCK_NAME": path})
    chip.stop()


@pytest.fixture
def reader(emuicc_reader):
    """A chip for PC/SC programs, as it was made."""
    emuicc_reader.bring_back()
    if "EMUICC_STATE" in os.environ:
        emuicc_reader.ctl("wait")
    return emuicc_reader


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def smdpp(tmp_path_factory, emuicc_pki, emuicc_packages):
    """An SM-DP+ on localhost, for the whole session."""
    port, folder = free_port(), tmp_path_factory.mktemp("smdpp")
    address = f"localhost:{port}"
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [program("emuicc-smdpp"), "--pki", str(emuicc_pki), "--profiles", str(emuicc_packages),
             "--address", address, "--listen", f"127.0.0.1:{port}"], stdout=log, stderr=log,
            cwd=folder)
    until(lambda: is_open(port) or process.poll() is not None, "the server does not come up")
    assert process.poll() is None, (folder / "log").read_text()
    yield Server(process, address, emuicc_pki)
    process.terminate()
    process.wait(START_SECONDS)
