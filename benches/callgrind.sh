#!/bin/sh
# Instructions per unit of the trial standard: by hand, exactly, with trace; and of compiling it.
#
# usage: benches/callgrind.sh [UNITS]
#
# Each loop is counted over UNITS and over twice as many units. The difference of the two runs leaves out what is done once;
# the same difference of a run that only prepares the units leaves out their preparation.
set -eu
cd "$(dirname "$0")/.."
units=${1:-2000}
command -v valgrind >/dev/null || { echo "callgrind.sh needs valgrind" >&2; exit 2; }

program=$(cargo bench --bench instructions --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p' | tail -1)
[ -x "$program" ] || { echo "the bench does not build: cargo bench --bench instructions --no-run" >&2; exit 2; }

# instructions MODE COUNT
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# per_unit MODE: instructions of one more unit
per_unit() {
    one=$(instructions "$1" "$units")
    two=$(instructions "$1" $((2 * units)))
    echo $(((two - one) / units))
}

"$program" baseline "$units" && "$program" exact "$units" && "$program" traced "$units"
generating=$(per_unit units)
filling=$(per_unit table)
baseline=$(($(per_unit baseline) - generating))
exact=$(($(per_unit exact) - filling))
ranked=$(($(per_unit ranked) - filling))
traced=$(($(per_unit traced) - filling))
ranges=$(($(per_unit ranges) - filling))
sets=$(($(per_unit sets) - $(per_unit "sets table")))
once=$(instructions load 1)
twice=$(instructions load 2)
some=$(instructions check 250)
more=$(instructions check 500)
most=$(instructions check 1000)

awk -v b="$baseline" -v e="$exact" -v t="$traced" -v a="$ranges" -v h="$sets" -v c=$((twice - once)) -v r="$ranked" -v s="$some" -v m="$more" -v x="$most" 'BEGIN {
    printf "%-10s %14s %10s\n", "", "instructions", "ratio"
    printf "%-10s %14.0f %10.2f\n", "by hand", b, 1
    printf "%-10s %14.0f %10.2f\n", "exact", e, e / b
    printf "%-10s %14.0f %10.2f\n", "traced", t, t / b
    printf "%-10s %14.0f %10.2f of exact\n", "ranges", a, a / e
    printf "%-10s %14.0f %10.2f of exact\n", "half sets", h, h / e
    printf "%-10s %14.0f %10.2f of exact\n", "by rank", r, r / e
    printf "%-10s %14.0f\n", "compile", c
    printf "%-10s %14.0f %10.2f of an indicator of 250\n", "check 500", m, (m - s) / s
    printf "%-10s %14.0f %10.2f of an indicator of 250\n", "check 1000", x, (x - m) / (2 * s)
}'
