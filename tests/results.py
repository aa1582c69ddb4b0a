#!/usr/bin/env python3
"""results.py LOG VARIANT DURATIONS: what a run of meson test has come to (its testlog.json).

Prints "PASSED FAILED SKIPPED", and behind them the names of the tests that came to nothing because the test runner
hung before the next test of its program had begun: they are in none of the numbers. Adds a line for each test
to the file DURATIONS.
"""
import collections
import json
import re
import sys


def leak_of_the_runner(run):
    """Criterion sometimes leaves a message of its own behind when all tests have passed: a leak that its library
    has allocated itself is none of ours. Any other makes the test fail."""
    said = run.get("stderr") or ""
    leaks = re.findall(r"leak of .* allocated from:\n.*#0.*\n(.*#1.*)\n", said)
    passed = "Failing: 0 | Crashing: 0" in said and "detected memory leaks" in said
    return bool(passed and leaks and len(leaks) == said.count(" leak of ") and
                all("libcriterion" in leak for leak in leaks))


def hang_of_the_runner(run):
    """Criterion forks while a thread of its own may hold the lock of AddressSanitizer's allocator, which the child
    then waits for without end. No test has begun in that child: each one that has also ended, if there was one."""
    said = run.get("stderr") or ""
    begun = collections.Counter(re.findall(r"^\[RUN \] (\S+)", said, re.M))
    passed = collections.Counter(re.findall(r"^\[PASS\] ([^\s:]+::[^\s:]+)", said, re.M))
    return run["result"] == "TIMEOUT" and "Criterion v" in said and "[====] Running" in said and begun == passed


def judge(run):
    """What a run counts as."""
    if run["result"] in ("OK", "EXPECTEDFAIL") or leak_of_the_runner(run):
        return "passed"
    if hang_of_the_runner(run):
        return "hung"
    return "skipped" if run["result"] == "SKIP" else "failed"


def main():
    count, hung = collections.Counter(), []
    try:
        with open(sys.argv[1], encoding="utf-8") as log, open(sys.argv[3], "a", encoding="utf-8") as durations:
            for line in log:
                run = json.loads(line)
                name, verdict = run["name"].split(" / ")[-1], judge(run)
                count[verdict] += 1
                if verdict == "hung":
                    hung.append(name)
                if verdict == "passed" and leak_of_the_runner(run):
                    print(f"{name}: all tests passed; the leak is the test runner's own", file=sys.stderr)
                durations.write("%7.1f s  %s, %s\n" % (run["duration"], name, sys.argv[2]))
    except OSError as error:
        print(error, file=sys.stderr)
        count["failed"] += 1
    print(count["passed"], count["failed"], count["skipped"], *hung)


if __name__ == "__main__":
    main()
