"""What emuicc_pytest gives: a chip, a reader, a server, each test from the same start.

    PYTHONPATH=tools/pytest EMUICC_BUILD=build pytest -p emuicc_pytest tests/suites/test_plugin.py
"""
import pytest

ICCID = "8988211000000000011"
EF_ICCID = "988812010000000010F1"
DOWNLOADED = "8988211000000000029"


def test_a_chip_answers(chip):
    assert chip.reset().startswith("3B")
    assert chip.exchange("00A40004022FE2")[1] == "9000"
    assert chip.transmit("00B000000A") == EF_ICCID + "9000"
    assert len(chip.eid) == 32


@pytest.mark.parametrize("turn", range(3))
def test_each_test_starts_from_the_same_chip(chip, turn):
    assert chip.profiles() == {ICCID: "enabled"}
    assert chip.transmit("0070000001") == "019000"
    chip.ctl("disable", ICCID)
    assert chip.profiles() == {ICCID: "disabled"}


def test_faults(chip):
    chip.fault("apdu 1 = mute")
    assert chip.transmit("00A4000C023F00") == "mute"
    chip.reset()
    assert chip.transmit("00A4000C023F00") == "9000"


def test_faults_of_the_test_before_are_gone(chip):
    assert chip.transmit("00A4000C023F00") == "9000"


@pytest.mark.parametrize("turn", range(2))
def test_a_program_over_pcsc(reader, turn):
    assert reader.profiles()[ICCID] == "enabled"
    done = reader.run("emuicc-lpa", "disable", ICCID)
    assert done.returncode == 0, done.stderr
    assert reader.profiles()[ICCID] == "disabled"


@pytest.mark.parametrize("turn", range(2))
def test_a_download(reader, smdpp, turn):
    assert DOWNLOADED not in reader.profiles()
    done = reader.run("emuicc-lpa", "--ca", smdpp.pki, "download",
                      smdpp.activation_code("usim-isim-tuak"))
    assert done.returncode == 0, done.stderr
    assert reader.profiles()[DOWNLOADED] == "disabled"
