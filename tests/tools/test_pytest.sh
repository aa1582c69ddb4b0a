#!/bin/bash
# The pytest plugin and the suites that use it, with no pcscd.
#   test_pytest.sh BUILD
set -u
pytest=$(command -v pytest-3 || command -v pytest) || { echo "pytest is not installed"; exit 77; }
cd "$EMUICC_SOURCE/tests/suites" || exit 1
unset EMUICC_STATE EMUICC_ICCID
export PYTHONPATH=$EMUICC_SOURCE/tools/pytest EMUICC_BUILD=$1 PYTHONDONTWRITEBYTECODE=1
timeout 300 "$pytest" -p no:cacheprovider -p emuicc_pytest test_plugin.py test_emuicc.py
