#!/bin/sh
# The arbitrage check end to end: local venues, real adapters, real HTTP. Usage: arbitrage.sh BOURSE BOURSE-VENUES SOURCE-DIR [VECTORS-DIR]
set -u
bourse=$1 venues=$2 source=$3 vectors=${4:-}
dir=$(mktemp -d) || exit 1
pid=
failed=0
finish() {
  [ -n "$pid" ] && kill "$pid" 2>/dev/null
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

say() { echo "arbitrage.sh: $*" >&2; failed=1; }

# start OPTIONS...: venues in the background; their URLs as options in $urls, their names in $names
start() {
  [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  : >"$dir/venues"
  "$venues" --for 60 "$@" >"$dir/venues" 2>"$dir/venues.err" &
  pid=$!
  tries=0
  until grep -q '^ready$' "$dir/venues"; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 "$pid" 2>/dev/null; then cat "$dir/venues.err" >&2; echo "the venues did not start" >&2; exit 1; fi
    sleep 0.1
  done
  urls=$(sed -n 's/^\([a-z0-9_]*\) \(http:.*\)$/--base-url \1=\2/p' "$dir/venues")
  names=$(sed -n 's/^\([a-z0-9_]*\) http:.*$/\1/p' "$dir/venues" | paste -sd, -)
}

# run SECONDS ARGS...: the script on them; results in $dir/out, the rest in $dir/err
run() {
  seconds=$1; shift
  # shellcheck disable=SC2086 # the options are words
  HOME=$dir XDG_STATE_HOME=$dir/state "$bourse" run "$source/scripts/arbitrage.lua" $urls --for "${seconds}s" --format json \
    --arg "venues=$names" --arg every=0.3 "$@" >"$dir/out" 2>"$dir/err" </dev/null
  code=$?
  [ $code -eq 0 ] || { say "exit code $code"; cat "$dir/err" >&2; }
}

count() { grep -c "$1" "$dir/out"; }
verdicts() { sed -n 's/.*"verdict": *"\([a-z ]*\)".*/\1/p' "$dir/out" | sort | uniq -c; }

start --seed 1 --speed 4
run 8
[ "$(count '"kind": *"spread"')" -ge 12 ] || say "only $(count spread) results in 8 s"
[ "$(count '"verdict": *"opportunity"')" -ge 1 ] || say "no opportunity was found"
[ "$(count '"verdict": *"\(below fees\|no gap\)"')" -ge 1 ] || say "nothing but opportunities was found"
[ "$(count '"verdict": *"suspect"')" -eq 0 ] || say "a gap of the local venues was suspect"
for pair in BTC/USD BTC/USDT BTC/EUR ETH/BTC; do grep -q "\"pair\": *\"$pair\"" "$dir/out" || say "nothing about $pair"; done
[ $failed -eq 0 ] || { verdicts >&2; cat "$dir/err" >&2; }

run 6 --arg execute=yes --arg size=80,BTC=0.001 --arg pairs=BTC/USDT,ETH/USDT,ETH/USD     # within what the guard allows by itself
[ "$(count '"kind": *"trade"')" -ge 1 ] || { say "nothing was traded on paper"; cat "$dir/err" >&2; verdicts >&2; }
HOME=$dir XDG_STATE_HOME=$dir/state "$bourse" orders --paper 2>/dev/null | grep -q 'USD' || say "the journal knows of no order"

start --seed 1 --venues kraken,bitstamp,binance,okx --fault bitstamp=drop --fault okx=status:503
run 4
grep -q 'bitstamp is left out for now: ' "$dir/err" "$dir/out" || say "bitstamp dropped every connection, and nothing was said"
grep -q 'okx is left out for now: ' "$dir/err" "$dir/out" || say "okx answered 503, and nothing was said"
[ "$(grep -c 'bitstamp is left out' "$dir/err")" -le 1 ] || say "it was said more than once"
[ "$(count '"kind": *"spread"')" -ge 1 ] || say "the two that work gave no result"

start --seed 1 --venues kraken,binance --fault binance=garbage:100
run 3
grep -q 'binance is left out for now: ' "$dir/err" "$dir/out" || say "binance sent garbage, and nothing was said"

if [ -n "$vectors" ]; then       # what live exchanges sent, years apart: the same script must see it, and not believe it
  start --venues binance,okx --recorded "$vectors"
  run 3 --arg pairs=BTC/USDT --arg max_age_ms=1000000000000
  [ "$(count '"verdict": *"suspect"')" -ge 1 ] || { say "recorded books of different years were not suspect"; cat "$dir/err" >&2; verdicts >&2; }
fi
exit $failed
