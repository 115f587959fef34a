#!/usr/bin/env bash
# Long work shows on a terminal how far it has come, and nowhere else; what is printed stays whole. For Linux, with `script`.
# usage: progress.sh PROGRAM [UNITS]
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
program=$(realpath "$1")
units=${2:-20000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir policy
cp "$here/../../golden/help/sample/policies/示例/标准.kp" policy/
{ echo 单位,层级,应办件数,超时件数,材料报送; for ((i = 0; i < units; i++)); do echo "单位$i,县,$((i % 90 + 10)),$((i % 7)),$((i % 40))"; done; } > facts.csv
export LC_ALL=C.UTF-8 TERM=xterm
score="$program score policy --period 2024-01 --facts facts.csv --lang zh --format csv"

$score > plain.csv 2> messages
[ ! -s messages ] || { echo "without a terminal it said:"; head -c 300 messages; exit 1; }
# standard error is the terminal, standard output a file
script -qec "$score > seen.csv" terminal > /dev/null
cmp -s plain.csv seen.csv || { echo "the results differ on a terminal"; exit 1; }
grep -q -a -e 打分 -e 读数据 terminal || { echo "the terminal showed nothing of the work:"; cat terminal; exit 1; }
grep -q -a "$(printf '\033')\[2K" terminal || { echo "the line was not cleared"; exit 1; }
# work that is soon done shows nothing
script -qec "$program explain-code K0302 > page" quick > /dev/null
! grep -q -a "$(printf '\033')\[2K" quick || { echo "quick work drew a line"; exit 1; }
echo "progress: on a terminal only"
