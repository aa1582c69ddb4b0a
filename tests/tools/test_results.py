#!/usr/bin/env python3
"""What counts as what of a run of meson test (tests/results.py)."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["EMUICC_SOURCE"], "tests"))
from results import judge

STARTED = "[----] Criterion v2.4.1\n[====] Running 2 tests from a:\n"
BEGUN = STARTED + "[RUN ] a::b\n[PASS] a::b: (0.00s)\n"
LEAK = ("[====] Synthesis: Tested: 1 | Passing: 1 | Failing: 0 | Crashing: 0 \n"
        "ERROR: LeakSanitizer: detected memory leaks\nDirect leak of 48 byte(s) in 1 object(s) allocated from:\n"
        "    #0 0x1 in calloc\n    #1 0x2 (%s+0x1a332)\n")
ROWS = [
    ("OK", "", "passed"),
    ("SKIP", "", "skipped"),
    ("FAIL", BEGUN, "failed"),
    ("FAIL", LEAK % "/lib/libcriterion.so.3", "passed"),
    ("FAIL", LEAK % "/lib/libemuicc.so", "failed"),
    ("TIMEOUT", STARTED, "hung"),
    ("TIMEOUT", BEGUN, "hung"),
    ("TIMEOUT", BEGUN + "[RUN ] a::c\n", "failed"),
    ("TIMEOUT", BEGUN + "[RUN ] a::b\n", "failed"),
    ("TIMEOUT", BEGUN + "[RUN ] a::c\n[FAIL] a::c: (0.00s)\n", "failed"),
    ("TIMEOUT", "", "failed"),
    ("FAIL", "[----] Criterion v2.4.1\n", "failed"),
]
WRONG = [row for row in ROWS if judge({"result": row[0], "stderr": row[1], "name": "emuicc:unit / x"}) != row[2]]
print(*WRONG, sep="\n")
sys.exit(1 if WRONG else 0)
