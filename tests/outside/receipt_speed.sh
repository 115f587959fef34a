#!/bin/sh
# How long a receipt of many units takes: to score without and with one, to verify it, to replay it; and the instructions of each,
# where valgrind is there. Nothing is judged: figures depend on the machine and its load, ratios to `score` less so.
#
#     receipt_speed.sh FOLDER_OF_PROGRAMS [UNITS] [RUNS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
programs=$(cd "$1" && pwd)
units=${2:-5000}
runs=${3:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$here/many_units.py" "$folder" "$units"
cd "$folder"

score="$programs/kaoping score 标准 --period 2020-11 --facts facts.csv --out scores.txt"
$score --receipt receipt.json >receipt.log 2>&1 || { cat receipt.log >&2; exit 1; }

# measure NAME COMMAND: the fastest of the runs, its ratio to the first that was measured, and instructions
first=
measure() {
    name=$1
    shift
    fastest=
    for run in $(seq "$runs"); do
        start=$(date +%s%N)
        "$@" >run.log 2>&1 || { cat run.log >&2; exit 1; }
        took=$((($(date +%s%N) - start) / 1000000))
        if [ -z "$fastest" ] || [ "$took" -lt "$fastest" ]; then fastest=$took; fi
    done
    [ -n "$first" ] || first=$fastest
    counted=-
    if command -v valgrind >/dev/null; then
        counted=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
    fi
    echo "$name $fastest $first $counted" | awk '{ printf "%-16s %6d ms %6.2f %16s\n", $1, $2, $2 / $3, $4 }'
}

echo "$units units, the fastest of $runs, load $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown); receipt of $(wc -c <receipt.json) bytes"
printf "%-16s %9s %6s %16s\n" "" time ratio instructions
measure score $score
measure score+receipt $score --receipt receipt.json
measure verify "$programs/kaoping" verify receipt.json
measure replay "$programs/kaoping-replay" receipt.json
