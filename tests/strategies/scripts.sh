#!/bin/sh
# The scripts end to end: local venues, real adapters, real HTTP, orders on paper. Usage: scripts.sh BOURSE BOURSE-VENUES
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
start_venues "$venues" --for 60 --seed 3 --speed 4

# run SCRIPT PATTERN ARGS...: results in $tmp/out; one of its lines must be like the pattern
run() {
  script=$1 pattern=$2; shift 2
  # shellcheck disable=SC2086 # the options are words
  "$bourse" run "$root/scripts/$script.lua" $urls "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
  code=$?
  if [ $code -ne 0 ] || ! grep -q -e "$pattern" "$tmp/out"; then
    echo "scripts.sh: $script: exit code $code, no line like '$pattern'" >&2
    head -n 5 "$tmp/out" "$tmp/err" >&2
    failed=1
  fi
}

all=kraken,binance,okx,bitfinex,bitstamp
run screener '"symbol": *"BTC/USD"' --format json --arg venues=$all --arg min_volume=0
run triangular '"pair": *"USDT\? > [A-Z > ]*USDT\?"' --format json --for 3s --arg every=1 --arg venues=$all
run triangular '"venue": *"several"' --format json --for 3s --arg every=1 --arg venues=$all --arg across=yes --arg legs=4
run spread '"z": *-\?[0-9]' --format json --for 5s --arg every=0.05
run premium ' US .* kraken .* USD ' --arg countries=US,VG --arg skip=coinbase,binanceus,poloniex,bybit
run premium '"country": *"VG"' --arg countries=VG --arg skip=bybit --arg show=rows --format json
run dca '"verdict": *"bought"' --format json --for 4s
cat >"$tmp/bourse.lua" <<'LUA'
return { paper = { balances = { kraken = { USD = 40, BTC = 0.001 } } } }
LUA
BOURSE_STATE=$tmp/small run rebalance '"verdict": *"sold"' --format json --for 8s --arg execute=yes --arg targets=BTC=50,USD=50 --config "$tmp/bourse.lua"
run market_maker '"verdict": *"both sides"' --format json --for 4s --arg every=1 --arg venue=binance --arg pair=BTC/USDT --arg size=0.0005
for script in "$root"/scripts/*.lua; do
  name=$(basename "$script" .lua)
  "$bourse" run "$script" --help >"$tmp/out" 2>&1 || { echo "scripts.sh: $name --help fails" >&2; failed=1; }
  [ "$(wc -l <"$script")" -lt 150 ] || { echo "scripts.sh: $name has 150 lines or more" >&2; failed=1; }
  [ "$name" = hello ] || [ -e "$root/tests/strategies/${name}_test.lua" ] || { echo "scripts.sh: $name has no test" >&2; failed=1; }
done
exit $failed
