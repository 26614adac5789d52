#!/bin/sh
# The command line from outside: sh tests/cli/run.sh build/bourse. Prints each check that fails; exit code 1 then.
set -u
bourse=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
BOURSE_STATE=$work/state
export BOURSE_STATE
failed=0 checks=0

# check NAME CODE TEXT ARGUMENT...: runs bourse; the exit code must be CODE and TEXT be in what it prints.
check() {
  name=$1 code=$2 text=$3
  shift 3
  timeout 30 "$bourse" "$@" >"$work/out" 2>"$work/err" </dev/null
  got=$?
  checks=$((checks + 1))
  if [ $got -ne "$code" ] || ! cat "$work/out" "$work/err" | grep -qF -e "$text"; then
    failed=$((failed + 1))
    echo "FAILED $name: bourse $*: exit $got (expected $code), expected text: $text"
    head -c 600 "$work/out" "$work/err"
  fi
}

# same NAME: the last output is that file.
same() {
  checks=$((checks + 1))
  if ! cmp -s "$work/out" "$1"; then
    failed=$((failed + 1))
    echo "FAILED: differs from $1"
    diff "$work/out" "$1" | head -n 6
  fi
}

check "no verb" 2 "usage: bourse VERB"
# Results only, and what went wrong.
for verb in "call nope fetch_ticker" "call kraken fetch_tickr" "book krakn X/Y" "markets krakn" "exchanges --country Q" "balance" "journal verify" "check nofile.lua" \
  "run nofile.lua" "conform nofile" "tape info nofile" "keys remove x" "new exchange kraken" "replay" "frob"; do
  timeout 30 "$bourse" $verb --quiet >"$work/out" 2>"$work/err" </dev/null
  got=$?
  checks=$((checks + 1))
  [ $got -ne 0 ] && [ ! -s "$work/out" ] && grep -q '^bourse: .' "$work/err" || { failed=$((failed + 1)); echo "FAILED: bourse $verb --quiet: exit $got"; cat "$work/out" "$work/err"; }
done
check "no connection, quietly" 5 "no connection" call kraken fetch_ticker BTC/USD --base-url kraken=http://127.0.0.1:1 --quiet
check "a closed exchange" 5 "ACX closed in 2021 (no trading, site and twitter dead, PR 8727); its adapter speaks" ticker acx BTC/AUD --base-url acx=http://127.0.0.1:1
timeout 30 "$bourse" orders --quiet >"$work/out" 2>"$work/err"
checks=$((checks + 1))
[ ! -s "$work/err" ] || { failed=$((failed + 1)); echo "FAILED: a note with --quiet"; cat "$work/err"; }
check "help" 0 "usage: bourse VERB" --help
check "help of a verb" 0 "--by-country" help exchanges
check "help after a verb" 0 "usage: bourse book ID SYMBOL" book --help
check "version" 0 "Lua 5.4" --version
check "wrong verb" 2 "did you mean 'exchanges'?" exchnages
check "wrong option" 2 "did you mean --country?" exchanges --contry Japan
check "wrong word" 2 "did you mean active?" exchanges --status activ
check "missing argument" 2 "usage: bourse ticker ID SYMBOL" ticker
check "missing argument, named" 2 "SYMBOL expected behind 'kraken'" book kraken
check "missing name" 2 "NAME expected behind 'strategy'" new strategy
check "no server" 5 "more not tried: nobody answers" doctor kraken --base-url kraken=http://127.0.0.1:1
check "a folder for an adapter" 2 "is a folder" check .
check "no file of an adapter" 2 "no plain file" check /dev/null
check "foreign base url" 2 "only a server on this machine" ticker kraken BTC/USD --base-url kraken=http://example.com

for list in 2019 2020; do
  check "list $list" 0 "" exchanges --by-country --list $list --format csv
  same "$here/lists/$list.csv"
  check "list $list, markdown" 0 "[![kraken](" exchanges --by-country --list $list --format markdown
  rows=$(grep -c '^|' "$work/out")
  [ "$rows" = "$(($(wc -l < "$here/lists/$list.csv") + 1))" ] || { echo "FAILED markdown of $list: $rows lines"; failed=$((failed + 1)); }
  check "list $list, json" 0 '"version": "0"' exchanges --by-country --list $list --format json
done
check "markdown as in 2019" 0 "" exchanges --by-country --list 2019 --format markdown
sum=$(tail -n +3 "$work/out" | cksum | cut -d' ' -f1)
[ "$sum" = "2383076118" ] || { echo "FAILED: the markdown of 2019 is not that of the list ($sum)"; failed=$((failed + 1)); }
check "Chinese names" 0 "| 美国 | [![kraken](" exchanges --by-country --list 2020 --lang zh --format markdown
check "by Chinese name" 0 "bitflyer" exchanges --country 日本
check "by code" 0 "bitflyer" exchanges --country jp
check "wrong country" 2 "did you mean 'Japan'?" exchanges --country Japn
check "renamed" 0 "renamed, now okx" exchanges --status renamed
check "defunct" 0 "defunct 2022" exchanges --status defunct
check "csv" 0 "kraken,Kraken,US,active,0,https://www.kraken.com" exchanges --format csv

cd "$work" || exit 1
check "new strategy" 0 "mine.lua" new strategy mine
check "no overwriting" 1 "is there already" new strategy mine
check "bad name" 2 "lower-case letters" new strategy ../mine
grep -q 'bourse run mine.lua ' mine.lua || { failed=$((failed + 1)); echo "FAILED: how to run it"; head -n 3 mine.lua; }
check "help of a script" 0 "venues" run mine.lua --help
mkdir -p home/exchanges && cp "$here/../../registry.lua" home/
check "new exchange" 0 "exchanges/mine.lua" new exchange mine --home home
check "the new exchange is well formed" 0 "ok" check home/exchanges/mine.lua
printf 'return { hosts = { api = "http://example.com" }, fetch_tickr = { get = "/x" } }\n' > bad.lua
check "a bad adapter" 1 "bad.lua:" check bad.lua
cat >fields.lua <<'END'
return { hosts = { api = "https://api.example.com" }, fetch_ticker = { gett = "/x" }, fetch_time = { get = "x", cost = "1", right = "publik" },
  fetch_trades = { get = "/x", run = 1, headers = "h", timeout_ms = 0, steady = 1 } }
END
for text in "fetch_ticker.gett: unknown field (did you mean 'get'?)" "fetch_time.cost: expected a number, got a string" "fetch_time.right: 'publik' is none of" \
    "fetch_time.get: the path must begin with '/'" "fetch_trades: has both run and get" "fetch_trades.run: expected a function, got a number" \
    "fetch_trades.headers: expected a table, got a string" "fetch_trades.timeout_ms: must be positive" \
    "fetch_trades.steady: expected a boolean, got a number"; do
  check "wrong fields of an endpoint" 1 "$text" check fields.lua
done
printf 'report { pair = "A/B", net = 0.5 }\nprint "hello"\n' > tiny.lua
check "help of a script without arguments" 0 "takes no arguments" run tiny.lua --help
check "which right each method needs" 0 "trade    cancel_order create_order" check home/exchanges/mine.lua
check "run" 0 "A/B  net +0.500%" run tiny.lua
check "run, json" 0 '"pair":"A/B"' run tiny.lua --format json
check "run, its summary in JSON" 0 '"results":1,"verdicts":{},"pairs":[{"pair":"A/B","checks":1,"seen":1,"after_fees":1' run tiny.lua --format json
"$bourse" run tiny.lua --format json --quiet >out 2>err
checks=$((checks + 1))
[ "$(cat out)" = "$(printf '{"net":0.5,"pair":"A/B"}\nhello')" ] || [ "$(cat out)" = "$(printf '{"pair":"A/B","net":0.5}\nhello')" ] || { failed=$((failed + 1)); echo "FAILED quiet:"; cat out; }
# stopped SIGNAL CODE ARGUMENT...: by that signal, when something was printed; it ends with that code
stopped() {
  signal=$1 code=$2
  shift 2
  rm -f out
  "$bourse" "$@" >out 2>err &
  pid=$!
  tries=0
  until [ -s out ] || [ $tries -gt 100 ]; do tries=$((tries + 1)); sleep 0.05; done
  kill -"$signal" $pid
  wait $pid
  got=$?
  checks=$((checks + 1))
  [ $got -eq "$code" ] || { failed=$((failed + 1)); echo "FAILED stopped by $signal: exit $got, expected $code"; cat err; }
}
# The summary comes all the same, and the exit code says it.
printf 'every(0.1, function() report { pair = "A/B", net = 0.5, verdict = "opportunity" } end)\n' > on.lua
stopped TERM 143 run on.lua --for 20s
checks=$((checks + 1))
grep -q 'results\{0,1\}: [0-9]* opportunity$' err || { failed=$((failed + 1)); echo "FAILED no summary when stopped:"; cat err; }
# Before it came to anything, and when something had gone wrong: that counts.
printf 'print "begun"\nsleep(20)\n' > waits.lua
printf 'local ex = exchange "kraken"\nprint(pcall(ex.fetch_ticker, ex, "BTC/USD"))\nsleep(20)\n' > failed.lua
stopped INT 130 run waits.lua
stopped INT 5 run failed.lua --base-url kraken=http://127.0.0.1:9 --timeout 1
check "time is over" 0 "begun" run waits.lua --for 1s
printf 'print(pcall(string.rep, "x", {}))\nprint(pcall(scan.gaps, 5))\nlocal q = scan.quotes()\nprint(pcall(q.set, q, 1))\nprint(pcall(ipairs))\nprint(pcall(string.find, "a", "b", {}))' > named.lua
for name in string.rep scan.gaps quotes.set ipairs string.find; do check "the name of $name in an error" 0 "to '$name' (" run named.lua; done

# Not one call went well: said, whether the script caught the errors or not.
printf 'local ex, n = exchange "kraken", 0\nevery(0.1, function() n = n + 1 if n == 3 then stop() end ex:fetch_ticker("BTC/USD") end)\n' > nobody.lua
check "every call fails" 5 "nobody.lua: no call went well, 2 failed; the last one: kraken: " run nobody.lua --base-url kraken=http://127.0.0.1:9 --timeout 1
printf 'local ex = exchange "kraken"\nprint(pcall(ex.fetch_ticker, ex, "BTC/USD"))\n' > caught.lua
check "every call fails, caught" 5 "1 failed; the last one: kraken: " run caught.lua --base-url kraken=http://127.0.0.1:9 --timeout 1
check "no call was made" 0 "hello" run tiny.lua

printf 'for i = 1, 20000 do print(i) end\n' > many.lua
# Whoever reads has enough: no failure. A full disk is one.
piped() {
  name=$1; shift
  { "$bourse" "$@" 2>err; echo $? >code; } | head -n 1 >out
  checks=$((checks + 1))
  [ ! -s err ] && [ "$(cat code)" = 0 ] && [ -s out ] || { failed=$((failed + 1)); echo "FAILED $name | head: exit $(cat code)"; cat err; }
}
piped "exchanges" exchanges
piped "exchanges as JSON" exchanges --format json
piped "a script" run many.lua
for words in "exchanges" "help" "run many.lua"; do
  # shellcheck disable=SC2086 # the words of a command
  "$bourse" $words >/dev/full 2>err
  code=$?
  checks=$((checks + 1))
  [ $code -eq 1 ] && grep -q 'stdout: ' err || { failed=$((failed + 1)); echo "FAILED $words on a full disk: exit $code"; cat err; }
done
check "live needs consent" 4 "refused" run tiny.lua --live
check "live against paper" 2 "exclude each other" run tiny.lua --live --paper
check "no such script" 2 "cannot read" run none.lua
check "keys, empty" 0 "no keys are stored" keys list
check "keys, wrong word" 2 "did you mean list?" keys lst

# Keys come from standard input when there is no terminal; they are in no file as they are.
printf 'THE-KEY\nTHE-SECRET\n' | BOURSE_KEYFILE=$work/keyfile timeout 30 "$bourse" keys add luno --rights read >out 2>err
checks=$((checks + 1))
if ! grep -q "goes only to https://api.luno.com" err || grep -rqs THE-SECRET "$work/state" err out; then
  failed=$((failed + 1)); echo "FAILED keys add:"; cat err
fi
BOURSE_KEYFILE=$work/keyfile
export BOURSE_KEYFILE
check "keys, one" 0 "https://api.luno.com" keys list
check "keys remove" 0 "removed: luno" keys remove luno
check "keys, none left" 0 "[]" keys list --format json

# libcrypto is loaded by what needs it, which is a passphrase here; without it that is said, and all else goes on.
mkdir none
: > none/libcrypto.so.3
printf 'THE-KEY\nTHE-SECRET\na passphrase\na passphrase\n' | env -u BOURSE_KEYFILE BOURSE_STATE="$work/state2" LD_LIBRARY_PATH="$work/none" \
  timeout 30 "$bourse" keys add luno --rights read >out 2>err
got=$?
checks=$((checks + 1))
if [ $got -ne 1 ] || ! grep -q '^bourse: keys: libcrypto (OpenSSL 3) is missing: ' err; then
  failed=$((failed + 1)); echo "FAILED keys add without libcrypto: exit $got"; cat err
fi
LD_LIBRARY_PATH=$work/none
export LD_LIBRARY_PATH
check "keys of a key file without libcrypto" 0 "[]" keys list --format json
unset LD_LIBRARY_PATH

printf '1 + 2\nx = { 1, 2 }\nx[2] * 21\nnope.x\n' > lines
timeout 30 "$bourse" shell < lines > out 2> err
checks=$((checks + 1))
[ "$(tr '\n' ' ' < out)" = "3 42 " ] && grep -q nope err || { failed=$((failed + 1)); echo "FAILED shell:"; cat out err; }

echo "$checks checks, $failed failed"
[ $failed -eq 0 ]
