#!/bin/sh
# bourse fetch candles against venues with bad habits (habits.c): what was fetched must be what there is, whatever the habit, over breaks too.
# usage: run.sh BOURSE HABITS SOURCE-DIR
set -u
bourse=$1 habits=$2 source=$3
tmp=$(mktemp -d) || exit 1
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
BOURSE_STATE=$tmp/state
export BOURSE_STATE
failed=0
wrong() { echo "FAILED $*"; failed=1; }

mkdir -p "$tmp/home/exchanges"
cp "$source/registry.lua" "$tmp/home/"
"$habits" "$tmp/url" "$tmp/log" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$tmp/url" ] && break; sleep 0.1; done
url=$(cat "$tmp/url")

all="honest newest reversed overlaps few windows hole strict flaky odd ignores slow"
for habit in $all; do
  cat >"$tmp/home/exchanges/$habit.lua" <<END
local function list(reply)
  local out = {}
  for i = 1, #reply do
    out[i] = { id = reply[i].id, base = reply[i].id:sub(1, 3):upper(), quote = "USD", type = "spot", spot = true,
      precision = { amount = "0.001", price = "0.01" } }
  end
  return out
end
return {
  hosts = { api = "https://$habit.example" },
  timeframes = { ["1m"] = 60000, ["1d"] = 86400000 },
  fetch_markets = { get = "/$habit/markets", read = list },
  fetch_ohlcv = { get = "/$habit/candles", send = "symbol={id} period={timeframe} since={since} until={until} limit={limit}", read = candles {} },
}
END
done

fetch() { id=$1; shift; timeout 120 "$bourse" fetch candles "$id" "$@" --home "$tmp/home" --base-url "$id=$url" >"$tmp/out" 2>"$tmp/err" </dev/null; }

# from 40 minutes before a night without trades, over one more day
from=1704153600000                                        # 2024-01-02: before the market began
to=$((1704067200000 + 7 * 86400000))                      # 2024-01-08
"$habits" expect $from $to >"$tmp/expected"
for habit in honest newest reversed overlaps few windows hole strict flaky odd; do
  fetch "$habit" BTC/USD 1m --since 2024-01-02 --until 2024-01-08 --export csv
  code=$?
  [ $code -eq 0 ] || wrong "$habit: exit $code: $(tail -n 2 "$tmp/err")"
  cmp -s "$tmp/out" "$tmp/expected" || wrong "$habit: not what there is: $(diff "$tmp/out" "$tmp/expected" | head -n 4; wc -l <"$tmp/out")"
  before=$(wc -l <"$tmp/log")
  fetch "$habit" BTC/USD 1m --since 2024-01-02 --until 2024-01-08
  grep -q ": 0 new candles" "$tmp/err" || wrong "$habit: fetched again: $(cat "$tmp/err")"
  pages=$(tail -n +$((before + 1)) "$tmp/log" | grep -c "/candles since")
  [ "$habit" = newest ] || [ "$pages" -eq 0 ] || wrong "$habit: $pages pages were asked for again"
done
grep -q "cannot be were left out" "$tmp/err" && wrong "odd candles of another run"
fetch odd BTC/USD 1m --since 2024-01-08 --until 2024-01-09
grep -q "candles that cannot be were left out" "$tmp/err" || wrong "odd: not told: $(cat "$tmp/err")"

# a venue that gives its newest ones whatever is asked for
since=$(( ($(date +%s) - 86400) * 1000 ))
fetch ignores BTC/USD 1m --since $since --export csv || wrong "ignores: $(cat "$tmp/err")"
rows=$(wc -l <"$tmp/out")
[ "$rows" -gt 100 ] && [ "$rows" -le 301 ] || wrong "ignores: $rows rows"
grep -q "gives none before" "$tmp/err" || wrong "ignores: not told: $(cat "$tmp/err")"

# the last candle is over
fetch honest BTC/USD 1m --since $(( ($(date +%s) - 7200) * 1000 )) --export csv
last=$(tail -n 1 "$tmp/out" | cut -c1-16)
printf '%s\n' "$last" "$(date -u +%Y-%m-%dT%H:%M)" | sort -cu 2>/dev/null || wrong "the last candle is not over: $last"

# a break in the middle, by a signal that asks and by one that does not; several symbols at once
for sig in INT KILL; do
  rm -f "$tmp/$sig.db"
  timeout 120 "$bourse" fetch candles slow BTC/USD 1m --since 2024-01-06 --until 2024-01-08 --to "$tmp/$sig.db" --home "$tmp/home" \
    --base-url "slow=$url" 2>"$tmp/err" &
  pid=$!
  sleep 0.8
  child=$(ps -o pid= --ppid $pid | head -n 1)
  kill -$sig "${child:-$pid}"
  wait $pid 2>/dev/null
  fetch slow BTC/USD 1m --since 2024-01-06 --until 2024-01-08 --to "$tmp/$sig.db" --export csv
  cmp -s "$tmp/out" "$tmp/expected" || wrong "after SIG$sig: $(diff "$tmp/out" "$tmp/expected" | head -n 4)"
  grep -q "BTC/USD 1m: [1-9]" "$tmp/err" || wrong "after SIG$sig nothing was left to fetch: $(cat "$tmp/err")"
done
fetch honest BTC/USD,ETH/USD 1m --since 2024-01-06 --until 2024-01-07 --to "$tmp/two.db" --export csv
[ "$(grep -c ^ETH/USD, "$tmp/out")" = 1140 ] || [ "$(grep -c ^ETH/USD, "$tmp/out")" = 1440 ] || wrong "two symbols: $(grep -c ^ETH "$tmp/out") rows"
"$bourse" fetch list --to "$tmp/two.db" >"$tmp/out"
[ "$(grep -c "/USD  1m" "$tmp/out")" = 2 ] || wrong "list: $(cat "$tmp/out")"
"$bourse" fetch candles honest BTC/USD 1m --to "$tmp/two.db" --export csv --out "$tmp/file.csv" || wrong "export to a file"
[ "$(wc -l <"$tmp/file.csv")" -gt 1000 ] || wrong "export to a file: $(wc -l <"$tmp/file.csv") rows"

# refuses CODE TEXT ARGUMENT...
refuses() {
  code=$1 text=$2
  shift 2
  timeout 30 "$bourse" "$@" --home "$tmp/home" --base-url "honest=$url" >"$tmp/out" 2>"$tmp/err" </dev/null
  got=$?
  [ $got -eq "$code" ] && cat "$tmp/out" "$tmp/err" | grep -qF -e "$text" || wrong "$*: exit $got, expected $code and '$text': $(cat "$tmp/err")"
}
refuses 2 "takes a date" fetch candles honest BTC/USD 1m --since yesterday
refuses 2 "takes a date" fetch candles honest BTC/USD 1m --since 2024-02-30
refuses 2 "yet to come" fetch candles honest BTC/USD 1m --since 2199-01-01
refuses 2 "is not after" fetch candles honest BTC/USD 1m --since 2024-01-02 --until 2024-01-01
refuses 2 "it has 1m 1d" fetch candles honest BTC/USD 7m --since 2024-01-01
refuses 5 "did you mean 'BTC/USD'?" fetch candles honest BTC/USF 1m --since 2024-01-01
"$bourse" fetch candles krakn BTC/USD 1m --since 2024-01-01 2>&1 | grep -qF "did you mean 'kraken'?" || wrong "krakn: no suggestion"
refuses 2 "since DATE is expected" fetch candles honest BTC/USD 1m
refuses 2 "did you mean candles?" fetch candels honest BTC/USD 1m
refuses 2 "is expected" fetch candles honest 1m --since 2024-01-01
refuses 1 "no file of candles" fetch candles honest BTC/USD 1m --export csv --to "$tmp/none.db"
echo "this is a diary, not a database, and it is long enough to be neither empty nor a header" >"$tmp/diary"
refuses 1 "diary" fetch candles honest BTC/USD 1m --since 2024-01-06 --to "$tmp/diary"
grep -q "this is a diary" "$tmp/diary" || wrong "the diary was overwritten"
refuses 1 "/no/such/folder" fetch candles honest BTC/USD 1m --since 2024-01-06 --to /no/such/folder/x.db

[ $failed -eq 0 ] && echo "fetch: all as it should be"
exit $failed
