"""A suite for pytest: each test starts from the same chip (tools/pytest/emuicc_pytest.py).

    PYTHONPATH=tools/pytest pytest --junitxml=results.xml test_emuicc.py

With $EMUICC_STATE it is the chip that runs there with a disabled profile $EMUICC_ICCID, in a reader of
pcscd; without, one of the suite's own, with no pcscd. PATH has emuicc's programs.
"""
import os

import pytest

pytest_plugins = ["emuicc_pytest"]
ICCID = os.environ.get("EMUICC_ICCID", "8988211000000000011")


@pytest.fixture(scope="module")
def emuicc_options():
    return ["--install", "usim-milenage"]


def test_enables(reader):
    assert reader.run("emuicc-lpa", "enable", ICCID).returncode == 0
    assert reader.profiles()[ICCID] == "enabled"


def test_starts_disabled(reader):
    assert reader.profiles()[ICCID] == "disabled"


@pytest.mark.parametrize("fault", ["result 5", "status 6985", "cut-before-commit"])
def test_a_change_that_fails_changes_nothing(reader, fault):
    reader.fault(f"function EnableProfile = {fault}")
    assert reader.run("emuicc-lpa", "enable", ICCID).returncode != 0
    assert reader.profiles()[ICCID] == "disabled"


def test_a_power_cut_after_the_commit_is_no_excuse(reader):
    reader.fault("function EnableProfile = cut-after-commit")
    assert reader.run("emuicc-lpa", "enable", ICCID).returncode != 0
    assert reader.profiles()[ICCID] == "enabled"
