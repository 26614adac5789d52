#!/bin/sh
# The live table on a terminal, and the summary below it: sh screen.sh BOURSE. 77: there is no script(1) to make a terminal with.
bourse=$(realpath "$1")
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1
command -v script >/dev/null || { echo "not run: script is needed"; exit 77; }
cat >live.lua <<'LUA'
local n = 0
every(0.2, function()
  n = n + 1
  report { pair = "A/B", buy = "kraken", sell = "luno", buy_price = 100.5, sell_price = 101.5, gross = 1, fees = 0.5, net = 0.5 + n / 100, size = 1, profit = n,
    age_ms = 3, verdict = "opportunity" }
  report { pair = "C/D", buy = "kraken", sell = "luno", gross = 1, fees = 1.5, net = -0.5, verdict = "below fees", why = "a reason that is long enough to be cut" }
  if n == 3 then print("a line of the script") end
end)
LUA

# on COLUMNS ROWS: what goes to a terminal of that size, in $tmp/raw; in $tmp/plain without what steers it
on() {
  TERM=xterm-256color script -qec "stty cols $1 rows $2; '$bourse' run live.lua --for 3s" raw >/dev/null 2>&1 </dev/null || fail "$1 columns: exit code $?"
  sed 's/\x1b\[[?0-9;]*[a-zA-Z]//g; s/\r//g' raw >plain
}

has() { grep -q -e "$1" plain || { fail "$2: no '$1'"; cat plain; }; }
lacks() { if grep -q -e "$1" plain; then fail "$2: '$1'"; fi; }

unset NO_COLOR
on 120 24
has 'buy at .*net .*age' "120 columns"
has 'A/B   kraken 100.5  luno 101.5 .* ▁▂' "120 columns"
has 'net, least' "120 columns: the summary"
has '^a line of the script$' "what the script prints"
grep -q "$(printf '\033')\[32m" raw || fail "no colour"
[ "$(grep -o "$(printf '\033')\[?2026h" raw | wc -l)" = "$(grep -o "$(printf '\033')\[?2026l" raw | wc -l)" ] || fail "a synchronised update is left open"
grep -o "$(printf '\033')\[?25[hl]" raw | tail -1 | grep -q 'h$' || fail "the cursor is left hidden"
[ "$(wc -c <raw)" -lt 12000 ] || fail "$(wc -c <raw) bytes for 3 s: what stays as it is was written again"

on 40 20
has 'A/B   +0\.5' "40 columns"
lacks 'buy at' "40 columns"
has 'executable' "40 columns: the summary"
lacks 'net, least' "40 columns: the summary"

NO_COLOR=1
export NO_COLOR
on 80 24
if grep -q "$(printf '\033')\[[0-9]*m" raw; then fail "colour in spite of NO_COLOR"; fi

"$bourse" run live.lua --for 1s >out 2>err || fail "in a pipe"
if grep -q "$(printf '\033')" out err; then fail "escape sequences in a pipe"; fi
grep -q '^A/B  buy kraken 100.5  sell luno 101.5 ' out || fail "no plain lines"
[ "$(wc -l <err)" -le 2 ] || { cat err; fail "the summary of a pipe is not terse"; }
exit $failed
