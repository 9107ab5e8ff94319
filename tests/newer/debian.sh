#!/bin/sh
# Makes a folder with a newer Debian and servers out of it: tests/newer/debian.sh <suite> <folder> <package>...
# DEBIAN_MIRROR names another mirror than that of debootstrap. Nothing else on this machine changes, and what is mounted for a moment is gone when the command ends.
set -eu
suite="$1" folder="$2"; shift 2
inside() { unshare --mount sh -c 'mount --rbind /proc "$0/proc" && exec chroot "$@"' "$folder" "$folder" "$@"; }

mkdir -p "$(dirname "$folder")"
test -e "$folder/etc/debian_version" || debootstrap --variant=minbase "$suite" "$folder" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder.log"
cp /etc/hosts /etc/resolv.conf "$folder/etc/"
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"  # packages start nothing
chmod +x "$folder/usr/sbin/policy-rc.d"
# Who is offline for a week still gets what the mirror has.
echo 'Acquire::Check-Valid-Until "false";' >"$folder/etc/apt/apt.conf.d/99-old-lists"
inside apt-get update -qq
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$folder.log"
