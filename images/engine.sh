# Sets ENGINE to docker or podman, whichever answers; sourced by build.sh and push.sh.
# shellcheck shell=bash
for ENGINE in ${ENGINE:-docker podman} ""; do [ -z "$ENGINE" ] || ! "$ENGINE" info >/dev/null 2>&1 || break; done
[ -n "$ENGINE" ] || { echo "Neither docker nor podman answers; start one of them, or set ENGINE." >&2; exit 1; }
