#!/usr/bin/env bash
# An interruption and a full disk leave no half-written file, and what was there before stays. For Linux.
# usage: half_written.sh PROGRAM [UNITS]
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
program=$(realpath "$1")
units=${2:-20000}
work=$(mktemp -d)
disk=$work/disk
trap 'umount "$disk" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

mkdir policy out disk
cp "$here/../../golden/help/sample/policies/示例/标准.kp" policy/
{ echo 单位,层级,应办件数,超时件数,材料报送; for ((i = 0; i < units; i++)); do echo "单位$i,县,$((i % 90 + 10)),$((i % 7)),$((i % 40))"; done; } > facts.csv
score=("$program" score policy --period 2024-01 --facts facts.csv --format json)

echo before > out/results.json
"${score[@]}" --out out/results.json 2> messages &
pid=$!
# until the file aside is there and some of it is written
for ((i = 0; i < 60000; i++)); do
    aside=$(find out -type f ! -name results.json -size +0 2>/dev/null | head -n 1)
    [ -n "$aside" ] && break
    kill -0 "$pid" 2>/dev/null || break
done
[ -n "$aside" ] || { echo "the file aside was never seen: more units are needed"; exit 1; }
kill -INT "$pid"
status=0; wait "$pid" || status=$?
[ "$status" = 130 ] || { echo "interrupted, it ended with $status"; exit 1; }
[ "$(ls -A out)" = results.json ] && [ "$(cat out/results.json)" = before ] || { echo "an interruption left:"; ls -lA out; exit 1; }
echo "interrupted: nothing half-written"

if ! mount -t tmpfs -o size=64k tmpfs "$disk" 2>/dev/null; then
    echo "full disk: skipped, no small disk can be mounted here"
    exit 0
fi
echo before > disk/results.json
status=0
"${score[@]}" --out disk/results.json 2> messages || status=$?
[ "$status" = 2 ] && grep -q -e 磁盘已满 -e 'disk is full' messages || { echo "full disk: ended with $status and said:"; cat messages; exit 1; }
[ "$(ls -A disk)" = results.json ] && [ "$(cat disk/results.json)" = before ] || { echo "a full disk left:"; ls -lA disk; exit 1; }
echo "full disk: nothing half-written"
