#!/bin/sh
# The arbitrage check among planted traps (traps.plant): what it must say of each pair stands in traps.expected. Checked on the tape that is kept
# (traps.tape) and on one that is recorded now. Usage: traps.sh BOURSE BOURSE-VENUES [keep]; keep: the new tape is the one to keep.
set -u
bourse=$1 venues=$2 keep=${3:-}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1

# said JSON-LINES: "PAIR WAY: VERDICT: WHY", each once; ages without their figures, which differ from run to run
said() {
  awk '
    function value(name) { return match($0, "\"" name "\":\"[^\"]*\"") ? substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5) : "" }
    /"kind":"(spread|left out)"/ {
      way = value("venue"); if (way == "") way = value("buy") " > " value("sell")
      why = value("why"); gsub(/[0-9.]+ s /, "N s ", why)
      print value("pair") " " way ": " value("verdict") (why == "" ? "" : ": " why)
    }' "$1" | LC_ALL=C sort -u
}
as_expected() { said "$1" >"$1.said"; cmp -s "$here/traps.expected" "$1.said" || { fail "$2"; diff "$here/traps.expected" "$1.said" >&2; }; }

pairs=$(sed -n 's/^market [a-z]* \([A-Z]*\)\(#2\)\{0,1\}\(\/[A-Z]*\).*/\1\3/p' "$here/traps.plant" | awk '!seen[$0]++' | paste -sd, -)
start_venues "$venues" --plant "$here/traps.plant" --seed 7 --manual --for 60
[ "$(echo "$names" | tr , '\n' | wc -l)" -ge 3 ] || fail "fewer than three venues"

# shellcheck disable=SC2086 # the options are words
"$bourse" run scripts/arbitrage.lua $urls --arg "venues=$names" --arg "pairs=$pairs" --arg depth=20 --arg every=2 --for 3s --format json \
  --record "$tmp/new.tape" >"$tmp/new" 2>"$tmp/new.err" </dev/null || { fail "recording"; cat "$tmp/new.err" >&2; }
stop "$server"
if [ "$keep" = keep ]; then
  cp "$tmp/new.tape" "$here/traps.tape"
  said "$tmp/new" >"$here/traps.expected"
  cat "$here/traps.expected"
fi
as_expected "$tmp/new" "a run among the traps"

for tape in "$tmp/new.tape" "$here/traps.tape"; do
  for i in 1 2; do
    "$bourse" run --replay "$tape" --format json >"$tmp/again.$i" 2>"$tmp/err" </dev/null || { fail "replay of $tape"; cat "$tmp/err" >&2; }
  done
  cmp -s "$tmp/again.1" "$tmp/again.2" || fail "$tape: played twice, it differs"
  as_expected "$tmp/again.1" "the script on $tape"
  "$bourse" run scripts/arbitrage.lua --replay "$tape" --format json >"$tmp/today" 2>"$tmp/err" </dev/null ||
    { fail "today's script on $tape"; cat "$tmp/err" >&2; }
  as_expected "$tmp/today" "today's script on $tape"
done
grep -v '"kind":"summary"' "$tmp/new" >"$tmp/new.results"      # a summary counts requests as they were sent
"$bourse" run --replay "$tmp/new.tape" --format json 2>/dev/null | grep -v '"kind":"summary"' | cmp -s - "$tmp/new.results" || fail "the replay differs from what was recorded"

# None of the ways that are not the best one is an opportunity either; and a person is told the same.
"$bourse" run scripts/arbitrage.lua --replay "$here/traps.tape" --arg show=all --format json >"$tmp/all" 2>/dev/null </dev/null || fail "all ways"
said "$tmp/all" | grep ': opportunity' >"$tmp/all.true"
grep ': opportunity' "$here/traps.expected" | cmp -s - "$tmp/all.true" || { fail "among all ways there are other opportunities"; cat "$tmp/all.true" >&2; }
"$bourse" run --replay "$here/traps.tape" >"$tmp/plain" 2>&1 </dev/null || fail "plain lines"
sed 's/^[^:]*: //' "$here/traps.expected" | grep -v '^opportunity' | sed 's/^[^:]*: //; s/N s .*//; s/^[^ ]* itself/itself/' | while IFS= read -r why; do
  grep -qF -- "$why" "$tmp/plain" || echo "$why"
done >"$tmp/untold"
[ -s "$tmp/untold" ] && { fail "not told in plain lines:"; cat "$tmp/untold" >&2; }

# What is true stands in the plan, apart from what was found.
awk '/^# T/ { true_one = /^# True/ } /^market/ && true_one { sub("#2", "", $3); print $3 }' "$here/traps.plant" | LC_ALL=C sort -u >"$tmp/true"
sed -n 's/ .*: opportunity$//p' "$here/traps.expected" | cmp -s - "$tmp/true" || fail "traps.expected is not what traps.plant plants"

# A plan with a mistake: file, line, what was wrong.
while IFS='|' read -r line why; do
  printf 'price BOX 1\n%s\n' "$line" >"$tmp/bad.plant"
  "$venues" --plant "$tmp/bad.plant" --for 1 >/dev/null 2>"$tmp/err" && fail "taken: $line"
  grep -qF "bad.plant:2: $why" "$tmp/err" || { fail "not said: $why"; cat "$tmp/err" >&2; }
done <<'END'
price BOX 2|price: BOX is there already
price TOO_LONG_A_NAME_FOR_IT 2|price: TOO_LONG
price TWO nothing|price: a number of dollars
venue nowhere closed|nothing can be planted at 'nowhere'
venue kraken clock=soon|venue: clock
market kucoin BOX|COIN/COIN is expected
market kucoin NOT/USDT|COIN/COIN is expected
market kucoin BOX/USDT depth=-1|market: depth=-1
market kucoin BOX/USDT colour=red|market: colour=red
coin kucoin NOT network=eth|NOT has no price
coin kucoin BOX deposit=perhaps|coin: deposit=perhaps
tree kucoin BOX|'tree' is none of
market kucoin|price COIN DOLLARS
END

[ "$(grep -vc ': opportunity' "$here/traps.expected")" -ge 10 ] || fail "fewer than ten traps"
[ "$(wc -c <"$here/traps.tape")" -lt 200000 ] || fail "the tape that is kept is too large"
[ $failed -eq 0 ] && echo ok
exit $failed
