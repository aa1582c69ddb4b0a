#!/usr/bin/env python3
"""Breaks one line of the card's code at a time and sees whether a unit test or a fuzz replay notices.

usage: tests/mutation.py [--count N] [--seed TEXT] [--room ROOM]... [--goal PERCENT] [--work FOLDER] [--longest SECONDS]
                         [--again] [--sanitize] [--list]

The lines are a sample of isd-r, fs and card; the same seed gives nearly the same sample while the sources change. A copy of the
sources is built in the work folder (default: one that is gone afterwards), so the checkout stays as it is. A first
run of all tests with gcov says which tests come to which line: only those can notice, and they are tried in the
order of their nearness and of their time. A failure counts when it comes again; a test that takes far longer than it
did has failed too. A change that does not compile is drawn again. Where many tests come to a line, those of other folders
that take longer than --longest are left out, which can only make the share smaller.

With a work folder that stays, results are kept in its results.jsonl, and the next run continues there, up to
--count. --again takes the sources of the checkout anew and tries those once more that nobody noticed; with --sanitize
in a build with AddressSanitizer and UndefinedBehaviorSanitizer, as tools/check runs the same tests, too.

Prints a line for each change, those that nobody noticed once more at the end, and exits 0 when at least the goal's
share (default 90) was noticed.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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
    (r"\b0x([0-9A-F])(?!\1)([0-9A-F])\b", r"0x\g<2>\g<1>"),
)
# What no unit test could see in a build without sanitizers: the text of a trace (all lines of the call), memory wiped
# or given back, a buffer on the stack that is one byte shorter.
WITHOUT_EFFECT = re.compile(r"trace_|wipe\(|_finish\(|_destroy\(|\bfree(?:_wiped)?\(|close(?:dir)?\(|_Static_assert|"
                            r"^ +(?:char|uint8_t) \w+\[")
SANITIZERS = ("-Db_sanitize=address,undefined", "-Db_lundef=false")
BUILD_LIMIT = 600  # seconds
MANY = 10  # tests
CHECKOUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SHARED = os.path.join(CHECKOUT, "..", "shared")
SETUP = ("meson", "setup", "--buildtype=plain", "-Doptimization=0", "-Ddebug=false", "-Dtests=enabled")

# A test that fails leaves what it has made in /tmp. As root it has a /tmp of its own, FOLDER, in which the WORK folder
# is where it was. PRIVATE WORK FOLDER COMMAND...
PRIVATE = ("unshare", "--mount", "sh", "-ec", """
work=$0 folder=$1
shift
inside=$folder${work#/tmp}
mkdir -p "$inside"
mount --bind "$folder" "$folder"
mount --bind "$work" "$inside"
mount --move "$folder" /tmp
exec "$@"
""")


def has_mounts():
    """Whether this user may give a test a /tmp of its own."""
    return os.geteuid() == 0 and run_quietly(("unshare", "--mount", "true")) == 0


def lines_of(path):
    """The numbers of lines within functions, comments left out."""
    inside = comment = traced = False
    for number, line in enumerate(open(path, encoding="utf-8")):
        comment = comment or line.lstrip().startswith("/*")
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        elif inside and not comment and not traced and not WITHOUT_EFFECT.search(line):
            yield number, line
        traced = (traced or "trace_" in line) and not line.rstrip().endswith((";", "{"))
        if "*/" in line:
            comment = False


def places(root, rooms):
    """Everything that could be broken: file, line, its text, pattern and replacement."""
    for room in rooms:
        for folder, _, names in sorted(os.walk(os.path.join(root, room))):
            for name in sorted(names):
                if not name.endswith(".c"):
                    continue
                path = os.path.join(folder, name)
                for number, line in lines_of(path):
                    fitting = [change for change in CHANGES if re.search(change[0], line)]
                    if fitting:
                        yield os.path.relpath(path, root), number, line.rstrip("\n"), fitting


def sample(root, rooms, seed):
    """All places in an order that the seed gives, each with the change that was drawn for it. A place has its turn by
    what stands there, so that the sample stays nearly the same while the sources grow."""
    turns, alike = [], collections.Counter()
    for path, number, line, fitting in places(root, rooms):
        alike[path, line] += 1
        turn = hashlib.sha256(f"{seed}\n{path}\n{line}\n{alike[path, line]}".encode()).digest()
        turns.append((turn, path, number, line, fitting[turn[0] % len(fitting)]))
    for _, path, number, line, change in sorted(turns):
        yield {"path": path, "number": number, "before": line, "change": change}


def changed(place):
    pattern, instead = place["change"]
    return re.sub(pattern, instead, place["before"], count=1)


def said(place):
    return f"{place['path']}:{place['number'] + 1}: {place['before'].strip()}  ->  {changed(place).strip()}"


def copy_sources(to):
    """What git knows of, as it stands in this checkout; what has not changed keeps its time. Names what has."""
    copied = []
    listed = subprocess.run(("git", "ls-files", "-z"), capture_output=True, check=True).stdout.decode().split("\0")
    for path in filter(os.path.isfile, listed):
        copy = os.path.join(to, path)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        if not os.path.isfile(copy) or open(path, "rb").read() != open(copy, "rb").read():
            shutil.copyfile(path, copy)
            shutil.copymode(path, copy)
            copied.append(path)
    return copied


def run_quietly(command, **options):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode


class Build:
    """The sources of a copy, built once, and its tests."""

    def __init__(self, root, folder, *options):
        self.root, self.folder, self.work = root, folder, os.path.dirname(folder)
        self.private = self.work.startswith("/tmp/") and has_mounts()
        if not os.path.exists(os.path.join(folder, "build.ninja")) and run_quietly((*SETUP, *options, folder, root)):
            sys.exit("mutation.py: meson setup fails in the copy")
        self.ninja()
        self.tests = {test["name"]: test for test in self.told("tests")
                      if {"emuicc:unit", "emuicc:fuzz"} & set(test["suite"])}
        programs = {target["id"]: os.path.relpath(target["filename"][0], folder)
                    for target in self.told("targets") if target["type"] == "executable"}
        for test in self.tests.values():
            test["programs"] = {programs[one] for one in test["depends"] if one in programs}
            if test["cmd"][0].startswith(folder):
                test["programs"].add(os.path.relpath(test["cmd"][0], folder))

    def told(self, what):
        asked = ("meson", "introspect", "--" + what, self.folder)
        return json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)

    def ninja(self, programs=()):
        """Whether it builds; the whole of it must."""
        if not programs:
            print("builds the copy in " + self.folder, flush=True)
        failed = run_quietly(("ninja", "-C", self.folder, *programs), timeout=BUILD_LIMIT if programs else None)
        if failed and not programs:
            sys.exit("mutation.py: the copy does not build; look at it with ninja -C " + self.folder)
        return not failed

    def passes(self, name, limit, **more):
        """True, False or "too long"; nothing that the test has started goes on, and nothing stays that it has left."""
        test = self.tests[name]
        with tempfile.TemporaryDirectory(prefix="m", ignore_cleanup_errors=True) as leftovers:
            command, environment = test["cmd"], {**os.environ, **test["env"], "EMUICC_SHARED": SHARED, "TMPDIR": leftovers, **more}
            if self.private:
                command, environment["TMPDIR"] = [*PRIVATE, self.work, leftovers, *command], "/tmp"
            running = subprocess.Popen(command, env=environment, cwd=test["workdir"] or self.folder,
                                       start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            try:
                return running.wait(limit) in (0, 77)
            except subprocess.TimeoutExpired:
                return "too long"
            finally:
                try:
                    os.killpg(running.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                running.wait()


class Reached:
    """Which tests come to which line, and how long each test takes: from one run of all of them with gcov."""

    def __init__(self, root, folder, rooms, kept, longest):
        self.rooms, self.longest = rooms, longest
        if os.path.exists(kept):
            self.seconds, self.lines = json.load(open(kept))
            return
        self.build = Build(root, folder, "-Db_coverage=true")
        self.seconds, self.lines = {}, {}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name in pool.map(self.look, self.build.tests):
                by_itself = "" if name in self.seconds else " fails by itself: left out"
                print(f"{self.seconds.get(name, 0):8.1f} s  {name}{by_itself}", flush=True)
        json.dump((self.seconds, self.lines), open(kept, "w"))

    def look(self, name):
        with tempfile.TemporaryDirectory(prefix="g", dir=self.build.work) as counts:
            began = time.monotonic()
            if self.build.passes(name, 1200, GCOV_PREFIX=counts) is not True:
                return name
            self.seconds[name] = time.monotonic() - began
            for path, number, count in self.counted(counts):
                reached = self.lines.setdefault(path, {}).setdefault(str(number), [])
                if count and name not in reached:
                    reached.append(name)
        return name

    def counted(self, counts):
        """The lines with their counts, from what the rooms' objects counted beside their notes."""
        files = []
        for folder, _, names in os.walk(counts):
            beside = folder[len(counts):]
            if beside.startswith(tuple(f"{self.build.folder}/{room}/" for room in self.rooms)):
                for name in names:
                    os.symlink(os.path.join(beside, name[:-4] + "gcno"), os.path.join(folder, name[:-4] + "gcno"))
                    files.append(os.path.join(folder, name))
        if not files:
            return
        told = subprocess.run(("gcov", "--json-format", "--stdout", *files), capture_output=True, cwd=counts).stdout
        for document in told.splitlines():
            for file in json.loads(document)["files"]:
                path = os.path.relpath(os.path.join(self.build.folder, file["file"]), self.build.root)
                if path.split("/")[0] in self.rooms:
                    yield from ((path, line["line_number"], line["count"]) for line in file["lines"])

    def tests(self, path, number, before):
        """Those that come to the line or, where gcov counts none, to the nearest before it that it counts; first what
        noticed a change of the same file before, then the same folder's, then the quick."""
        lines = self.lines.get(path, {})
        names = next((lines[str(n)] for n in range(number + 1, 0, -1) if str(n) in lines), [])
        names = set(names)
        near = lambda name: name.split("/")[0] == path.split("/")[0]
        order = lambda name: (name not in before, not near(name), name.startswith("fuzz/"), self.seconds[name])
        waited_for = lambda name: len(names) <= MANY or near(name) or self.seconds[name] <= self.longest
        return sorted(filter(waited_for, names), key=order)


def batches(names):
    """Few first: most changes are noticed at once."""
    size, at = 2, 0
    while at < len(names):
        yield names[at:at + size]
        at, size = at + size, 2 * size


class Judge:
    """Tries changes in a copy and keeps what came of them."""

    def __init__(self, work, rooms, again, longest, sanitize):
        self.root, self.kept = os.path.join(work, "source"), os.path.join(work, "results.jsonl")
        reached = os.path.join(work, "reached.json")
        if again or not os.path.exists(self.root):
            copied = copy_sources(self.root)
            if os.path.exists(reached) and any(path.split("/")[0] in rooms for path in copied):
                os.remove(reached)
        self.again = again
        self.reached = Reached(self.root, os.path.join(work, "gcov"), rooms, reached, longest)
        os.environ["CCACHE_DISABLE"] = "1"
        self.build = Build(self.root, os.path.join(work, "sanitized" if sanitize else "build"),
                           *(SANITIZERS if sanitize else ()))
        self.patience = 20 if sanitize else 5  # times what a test takes with gcov
        self.results = [json.loads(line) for line in open(self.kept)] if os.path.exists(self.kept) else []

    def by_file(self, path):
        return {one["by"].removesuffix(" (too long)") for one in self.results if one["by"] and one["path"] == path}

    def noticed_by(self, name):
        """A failure counts when it comes again."""
        limit = 10 + self.patience * self.reached.seconds.get(name, 10)
        for _ in range(2):
            how = self.build.passes(name, limit, CRITERION_FAIL_FAST="1")
            if how is not False:
                break
        return None if how is True else name + (" (too long)" if how else "")

    def unknown(self, path, known):
        """What gcov has not seen, because the tests were changed since: those of the same folder."""
        near = [name for name in self.build.tests if name.split("/")[0] == path.split("/")[0] and name not in known]
        return sorted(near, key=lambda name: self.reached.seconds.get(name, 0))

    def noticed(self, path, number):
        """By which test, None if by none; "" when it does not compile."""
        names = self.reached.tests(path, number, self.by_file(path))
        if self.again:
            names = self.unknown(path, names) + names
        if not self.build.ninja([os.path.relpath(os.path.join(self.root, path), self.build.folder) + "^"]):
            return ""
        for tests in batches(names):
            if not self.build.ninja(sorted(set().union(*(self.build.tests[name]["programs"] for name in tests)))):
                return ""
            with concurrent.futures.ThreadPoolExecutor(2 * os.cpu_count()) as pool:
                running = [pool.submit(self.noticed_by, name) for name in tests]
                for done in concurrent.futures.as_completed(running):
                    if done.result():
                        for other in running:
                            other.cancel()
                        return done.result()
        return None

    def broken(self, place):
        """As noticed(), with this line changed; the old one stands there again afterwards."""
        path = os.path.join(self.root, place["path"])
        before = open(path, encoding="utf-8").read()
        lines = before.split("\n")
        lines[place["number"]] = changed(place)
        try:
            open(path, "w", encoding="utf-8").write("\n".join(lines))
            return self.noticed(place["path"], place["number"])
        finally:
            open(path, "w", encoding="utf-8").write(before)

    def tried(self):
        return [one for one in self.results if one["by"] != ""]

    def missed(self):
        return [one for one in self.results if one["by"] is None]

    def judge(self, place):
        began = time.monotonic()
        place["by"] = self.broken(place)
        if place["by"] != "":
            took = time.monotonic() - began
            print(f"{place['index']:4} {took:5.1f} s  {place['by'] or 'NOT NOTICED':32} {said(place)}", flush=True)

    def go_on(self, rooms, seed, count):
        """On from the last result, until so many were tried."""
        done = {(one["path"], one["number"]) for one in self.results}
        for index, place in enumerate(sample(self.root, rooms, seed)):
            if len(self.tried()) >= count:
                break
            if (place["path"], place["number"]) in done:
                continue
            place["index"] = index
            self.judge(place)
            self.results.append(place)
            with open(self.kept, "a", encoding="utf-8") as kept:
                kept.write(json.dumps(place) + "\n")

    def once_more(self):
        """What was not noticed, where it stands now; what stands there no more counts as it did."""
        for place in self.missed():
            lines = open(os.path.join(self.root, place["path"]), encoding="utf-8").read().split("\n")
            there = [number for number, line in enumerate(lines) if line == place["before"]]
            if there:
                place["number"] = min(there, key=lambda number: abs(number - place["number"]))
                self.judge(place)
            else:
                print(f"{place['index']:4} stands there no more: {said(place)}")
        with open(self.kept, "w", encoding="utf-8") as kept:
            kept.writelines(json.dumps(one) + "\n" for one in self.results)


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", default="emuicc")
    parser.add_argument("--room", action="append", help="a folder instead of isd-r, fs and card; can be given again")
    parser.add_argument("--goal", type=float, default=90)
    parser.add_argument("--work")
    parser.add_argument("--longest", type=float, default=float("inf"), metavar="SECONDS")
    parser.add_argument("--again", action="store_true", help="try once more what was not noticed")
    parser.add_argument("--sanitize", action="store_true", help="in a build with sanitizers")
    parser.add_argument("--list", action="store_true", help="print the sample and change nothing")
    return parser.parse_args()


def main():
    arguments = arguments_of()
    rooms = tuple(arguments.room or ROOMS)
    os.chdir(CHECKOUT)
    if arguments.list:
        for index, place in zip(range(arguments.count), sample(".", rooms, arguments.seed)):
            print(f"{index:4} {said(place)}")
        return 0
    # A change may write, or take memory, without end.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, most in ((resource.RLIMIT_FSIZE, 1 << 30), (resource.RLIMIT_AS, 8 << 30)):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="emuicc-mutation-") as passing:
        judge = Judge(os.path.abspath(arguments.work or passing), rooms, arguments.again, arguments.longest,
                      arguments.sanitize)
        if arguments.again:
            judge.once_more()
        else:
            judge.go_on(rooms, arguments.seed, arguments.count)
    tried, missed = len(judge.tried()), judge.missed()
    for place in missed:
        print("not noticed: " + said(place))
    share = 100 * (tried - len(missed)) / tried if tried else 0
    print(f"{tried - len(missed)} of {tried} changes noticed, {share:.0f} %; the goal is {arguments.goal:.0f} %")
    return 0 if share >= arguments.goal else 1


if __name__ == "__main__":
    sys.exit(main())
