#!/bin/sh
# The arbitrage check end to end: local venues, real adapters, real HTTP. Usage: arbitrage.sh BOURSE BOURSE-VENUES [VECTORS-DIR]
set -u
bourse=$1 venues=$2 vectors=${3:-}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

start() { start_venues "$venues" --for 60 "$@"; }

# run SECONDS ARGS...: the script on them; results in $tmp/out, the rest in $tmp/err
run() {
  seconds=$1; shift
  # shellcheck disable=SC2086 # the options are words
  "$bourse" run "$root/scripts/arbitrage.lua" $urls --for "${seconds}s" --format json \
    --arg "venues=$names" --arg every=0.3 "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
  code=$?
  [ $code -eq 0 ] || { fail "exit code $code"; cat "$tmp/err" >&2; }
}

count() { grep -c "$1" "$tmp/out"; }
verdicts() { sed -n 's/.*"verdict": *"\([a-z ]*\)".*/\1/p' "$tmp/out" | sort | uniq -c; }

start --seed 1 --speed 4
run 8
[ "$(count '"kind": *"spread"')" -ge 12 ] || fail "only $(count spread) results in 8 s"
[ "$(count '"verdict": *"opportunity"')" -ge 1 ] || fail "no opportunity was found"
[ "$(count '"verdict": *"\(below fees\|no gap\)"')" -ge 1 ] || fail "nothing but opportunities was found"
[ "$(count '"verdict": *"suspect"')" -eq 0 ] || fail "a gap of the local venues was suspect"
for pair in BTC/USD BTC/USDT BTC/EUR ETH/BTC; do grep -q "\"pair\": *\"$pair\"" "$tmp/out" || fail "nothing about $pair"; done
[ $failed -eq 0 ] || { verdicts >&2; cat "$tmp/err" >&2; }

grep -q 'AuthenticationError' "$tmp/out" && fail "that there is no key for what is optional was counted: $(tail -n 1 "$tmp/out")"

# Slowly: the legs are placed a moment after the books were read.
start --seed 1 --speed 0.5
run 8 --arg execute=yes --arg settle=2 --arg size=80,BTC=0.001 --arg pairs=BTC/USDT,ETH/USDT,ETH/USD     # within what the guard allows by itself
[ "$(count '"kind": *"trade"')" -ge 1 ] || { fail "nothing was traded on paper"; cat "$tmp/err" >&2; verdicts >&2; }
"$bourse" orders --paper 2>/dev/null | grep -q 'USD' || fail "the journal knows of no order"

start --seed 1 --venues kraken,bitstamp,binance,okx --fault bitstamp=drop --fault okx=status:503
run 4
grep -q 'bitstamp is left out for now: ' "$tmp/err" "$tmp/out" || fail "bitstamp dropped every connection, and nothing was said"
grep -q 'okx is left out for now: ' "$tmp/err" "$tmp/out" || fail "okx answered 503, and nothing was said"
[ "$(grep -c 'bitstamp is left out' "$tmp/err")" -le 1 ] || fail "it was said more than once"
[ "$(count '"kind": *"spread"')" -ge 1 ] || fail "the two that work gave no result"

start --seed 1 --venues kraken,binance --fault binance=garbage:100
run 3
grep -q 'binance is left out for now: ' "$tmp/err" "$tmp/out" || fail "binance sent garbage, and nothing was said"

if [ -n "$vectors" ]; then       # what live exchanges sent, years apart: the same script must see it, and not believe it
  start --venues binance,okx --recorded "$vectors"
  run 3 --arg pairs=BTC/USDT --arg max_age_ms=1000000000000
  [ "$(count '"verdict": *"suspect"')" -ge 1 ] || { fail "recorded books of different years were not suspect"; cat "$tmp/err" >&2; verdicts >&2; }
fi
exit $failed
