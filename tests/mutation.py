#!/usr/bin/env python3
"""Breaks one line of the card's code at a time and sees whether a unit test or a fuzz replay notices.

usage: tests/mutation.py [--count N] [--seed TEXT] [--goal PERCENT] [--work FOLDER] [--list]

The lines are a sample of isd-r, fs and card; the same seed gives the same sample. A copy of the sources is built
in the work folder (default: one that is gone afterwards), so the checkout stays as it is. A change that does not
compile is drawn again. The tests of the line's own folder run first, and the first failure ends that line's turn.
Prints a line for each change, those that nobody noticed once more at the end, and exits 0 when at least the goal's
share (default 90) was noticed.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOMS = ("isd-r", "fs", "card")
# What a change does to a line: a pattern, and what stands there instead. One of those that match is drawn.
CHANGES = (
    (r" == ", " != "),
    (r" != ", " == "),
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \+ 1\b", ""),
    (r" - 1\b", ""),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \|= ", " &= "),
    (r"\bif \((?!!)", "if (!"),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"\breturn 0;", "return -1;"),
    (r"\breturn (?:SW|FAILURE)_\w+;", "return 0;"),
    (r"\breturn result;", "return 0;"),
    (r"^(    +)\w[\w>.\-\[\]]* = [^;]+;$", r"\1;"),
    (r"^(    +)\w+\([^;]*\);$", r"\1;"),
    (r"\b0x([0-9A-F])([0-9A-F])\b", r"0x\g<2>\g<1>"),
)
# Nothing that a test could see depends on these.
WITHOUT_EFFECT = re.compile(r"trace_|wipe\(|_finish\(|_destroy\(|\bfree\(|close\(|_Static_assert|snprintf|\(void\)|const \w+ ")
BUILD_LIMIT, TEST_LIMIT = 600, 120  # seconds


def lines_of(path):
    """The numbers of lines within functions, comments left out."""
    inside = comment = False
    for number, line in enumerate(open(path, encoding="utf-8")):
        comment = comment or line.lstrip().startswith("/*")
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        elif inside and not comment and not WITHOUT_EFFECT.search(line):
            yield number, line
        if "*/" in line:
            comment = False


def places():
    """Everything that could be broken: file, line, pattern and replacement."""
    for room in ROOMS:
        for folder, _, names in sorted(os.walk(room)):
            for name in sorted(names):
                if not name.endswith(".c"):
                    continue
                path = f"{folder}/{name}"
                for number, line in lines_of(path):
                    fitting = [change for change in CHANGES if re.search(change[0], line)]
                    if fitting:
                        yield path, number, fitting


def copy_sources(work):
    """What git knows of, as it stands in this checkout."""
    for path in subprocess.run(("git", "ls-files", "-z"), capture_output=True, check=True).stdout.decode().split("\0"):
        if path and os.path.isfile(path):
            os.makedirs(os.path.join(work, os.path.dirname(path)), exist_ok=True)
            shutil.copy2(path, os.path.join(work, path), follow_symlinks=False)


def run_quietly(command, **options):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode


class Copy:
    """A copy of the sources with its build."""

    def __init__(self, work):
        self.root, self.build = os.path.join(work, "source"), os.path.join(work, "build")
        copy_sources(self.root)
        if run_quietly(("meson", "setup", "--buildtype=debug", "-Doptimization=1", "-Dtests=enabled", self.build, self.root)):
            sys.exit("mutation.py: meson setup fails in the copy")
        said = subprocess.run(("meson", "introspect", "--tests", self.build), capture_output=True, check=True).stdout
        self.tests = [test for test in json.loads(said) if {"emuicc:unit", "emuicc:fuzz"} & set(test["suite"])
                      and test["cmd"][0].startswith(self.build)]
        if run_quietly(("ninja", "-C", self.build)):
            sys.exit("mutation.py: the copy does not build; look at it with ninja -C " + self.build)

    def stages(self, path):
        """The tests that could notice, those of the same folder first."""
        room = path.split("/")[0]
        above = ROOMS if room == "fs" else tuple(name for name in ROOMS if name != "fs")
        named = lambda test, rooms: test["name"].split("/")[0] in rooms
        yield [test for test in self.tests if named(test, (room,))]
        yield [test for test in self.tests if named(test, above + ("fuzz",)) and not named(test, (room,))]

    def passes(self, test):
        """A test that hangs fails, and nothing that it has started goes on."""
        environment = {**os.environ, **test["env"], "EMUICC_SOURCE": self.root}
        running = subprocess.Popen(test["cmd"], env=environment, cwd=test["workdir"] or self.build, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return running.wait(TEST_LIMIT) in (0, 77)
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(running.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            running.wait()

    def noticed(self, path):
        """By which test, None if by none; "" when it does not compile."""
        for tests in self.stages(path):
            programs = [os.path.relpath(test["cmd"][0], self.build) for test in tests]
            if run_quietly(("ninja", "-C", self.build, *programs), timeout=BUILD_LIMIT):
                return ""
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                running = {pool.submit(self.passes, test): test["name"] for test in tests}
                for done in concurrent.futures.as_completed(running):
                    if not done.result():
                        for other in running:
                            other.cancel()
                        return running[done]
        return None

    def broken(self, path, number, change):
        """As noticed(), with this line changed; the old one stands there again afterwards."""
        place = os.path.join(self.root, path)
        before = open(place, encoding="utf-8").read()
        lines = before.splitlines(keepends=True)
        lines[number] = re.sub(change[0], change[1], lines[number].rstrip("\n"), count=1) + "\n"
        try:
            open(place, "w", encoding="utf-8").write("".join(lines))
            return lines[number].strip(), self.noticed(path)
        finally:
            open(place, "w", encoding="utf-8").write(before)


def sample(seed, count):
    """More than are asked for, since some do not compile."""
    drawn = random.Random(seed)
    everything = list(places())
    for path, number, fitting in drawn.sample(everything, min(len(everything), 2 * count)):
        yield path, number, drawn.choice(fitting)


def judge(copy, arguments):
    """The number of changes tried, and those that nobody noticed."""
    tried, missed = 0, []
    for path, number, change in sample(arguments.seed, arguments.count):
        if tried == arguments.count:
            break
        line, by = copy.broken(path, number, change)
        if by == "":
            continue
        tried += 1
        said = f"{path}:{number + 1}: {line}"
        print(f"{tried:4} {'noticed by ' + by if by else 'NOT NOTICED':40} {said}", flush=True)
        if by is None:
            missed.append(said)
    return tried, missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", default="emuicc")
    parser.add_argument("--goal", type=float, default=90)
    parser.add_argument("--work")
    parser.add_argument("--list", action="store_true", help="print the sample and change nothing")
    arguments = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    if arguments.list:
        for path, number, change in sample(arguments.seed, arguments.count):
            print(f"{path}:{number + 1}: {change[0]} -> {change[1]}")
        return 0
    with tempfile.TemporaryDirectory(prefix="emuicc-mutation-") as passing:
        tried, missed = judge(Copy(os.path.abspath(arguments.work or passing)), arguments)
    for line in missed:
        print("not noticed: " + line)
    share = 100 * (tried - len(missed)) / tried if tried else 0
    print(f"{tried - len(missed)} of {tried} changes noticed, {share:.0f} %; the goal is {arguments.goal:.0f} %")
    return 0 if share >= arguments.goal else 1


if __name__ == "__main__":
    sys.exit(main())
