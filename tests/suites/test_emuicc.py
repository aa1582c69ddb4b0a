"""A suite for pytest: each test starts from the same chip.

The card runs on $EMUICC_STATE with a disabled profile $EMUICC_ICCID; PATH has emuicc-ctl and emuicc-lpa.
    pytest --junitxml=results.xml test_emuicc.py
"""
import json
import os
import subprocess

import pytest

ICCID = os.environ["EMUICC_ICCID"]


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


def ctl(*words):
    done = run("emuicc-ctl", "--state", os.environ["EMUICC_STATE"], "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def snapshot():
    ctl("wait")
    ctl("snapshot", "pytest")


@pytest.fixture(autouse=True)
def chip(snapshot):
    ctl("restore", "pytest")
    ctl("fault", "clear")
    ctl("wait")


def state_of(iccid):
    return next(p["state"] for p in ctl("list")["profiles"] if p["iccid"] == iccid)


def test_enables():
    assert run("emuicc-lpa", "enable", ICCID).returncode == 0
    assert state_of(ICCID) == "enabled"


def test_starts_disabled():
    assert state_of(ICCID) == "disabled"


@pytest.mark.parametrize("fault", ["result 5", "status 6985", "cut-before-commit"])
def test_a_change_that_fails_changes_nothing(fault):
    ctl("fault", "add", f"function EnableProfile = {fault}")
    assert run("emuicc-lpa", "enable", ICCID).returncode != 0
    assert state_of(ICCID) == "disabled"


def test_a_power_cut_after_the_commit_is_no_excuse():
    ctl("fault", "add", "function EnableProfile = cut-after-commit")
    assert run("emuicc-lpa", "enable", ICCID).returncode != 0
    assert state_of(ICCID) == "enabled"
