#!/bin/bash
# The suites that README shows, in the shell and for pytest, on a card in a real reader: they pass, and
# say so in JUnit's form.
. "${0%/*}/place.sh"
enter_place "$0"
suites=$EMUICC_SOURCE/tests/suites
iccid=8988211000000000011
PATH=$BUILD/tools/ctl:$BUILD/tools/lpa:$PATH

start_pcscd
"$BUILD/card/emuicc" --state "$work/chip" --install "$BUILD/tools/profiles/usim-milenage.der" >"$work/card.log" 2>&1 &
emuicc-ctl --state "$work/chip" --timeout 20 wait >"$work/wait.log" 2>&1 || until_true 20 emuicc-ctl --state "$work/chip" wait || fail "no reader sees the card"
[ "$(emuicc-ctl --state "$work/chip" wait)" = "reader: $E2E_READER" ] || fail "wait: $(emuicc-ctl --state "$work/chip" wait)"
emuicc-ctl --state "$work/chip" --json doctor >"$work/doctor.log" 2>&1
grep -q '"says": "pcscd runs"' "$work/doctor.log" || fail "doctor does not find pcscd"

timeout 200 "$suites/suite.sh" "$work/chip" "$iccid" "$work/shell.xml" >"$work/shell.log" 2>&1 || fail "the shell suite: $(cat "$work/shell.log" "$work/shell.xml")"
python3 - "$work/shell.xml" <<'END' || fail "no JUnit: $(cat "$work/shell.xml")"
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()
assert suite.tag == "testsuite" and suite.get("failures") == "0" and len(suite.findall("testcase")) == 4
END
say "the shell suite passes"

if python3 -c 'import pytest' 2>/dev/null || [ -x /usr/bin/pytest-3 ]; then
  pytest=$(command -v pytest-3 || echo python3 -m pytest)
  PYTHONPATH=$EMUICC_SOURCE/tools/pytest EMUICC_STATE=$work/chip EMUICC_ICCID=$iccid timeout 200 $pytest -p no:cacheprovider --junitxml="$work/pytest.xml" \
    "$suites/test_emuicc.py" >"$work/pytest.log" 2>&1 || fail "pytest: $(cat "$work/pytest.log")"
  grep -q 'failures="0"' "$work/pytest.xml" || fail "no JUnit of pytest"
  say "the suite for pytest passes"
else
  say "pytest is not installed: its suite is not run"
fi
