#!/bin/sh
# `make newer`: what speaks to servers, against those of newer Debian suites, and everything on Python 3.13.
# Prints what became of it, and which servers were spoken to. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/../.."
export OUTLAY_TEST_SERVERS=packages
status=0 summary=""

check() {
    title="$1" python="$2" suite="$3" tests="$4"; shift 4
    folder="$(mktemp -d)"
    printf '\n%s\n' "$title"
    passed=passed
    # shellcheck disable=SC2086  a list of files
    OUTLAY_SERVERS_ROOT="${suite:+$PWD/build/debian/$suite}" "$python/bin/pytest" --basetemp "$folder/run" $tests "$@" || passed=FAILED status=1
    servers="$(sed -n 's/.*"described": "\([^"]*\)".*/    \1/p' "$folder"/run/*/server.json 2>/dev/null || true)"
    summary="$summary
$passed: $title
$servers"
    rm -rf "$folder"
}

spoken="tests/contract $(grep -lE 'mariadb|broker' tests/integration/test_*.py)"
check "Python 3.13, unit tests" build/python3.13 "" "tests/unit tests/component" "$@"
check "Python 3.13, servers of Debian trixie" build/python3.13 trixie "$spoken" "$@"
check "Python $(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])'), servers of Debian sid" .venv sid "$spoken" "$@"
printf '%s\n' "$summary"
exit $status
