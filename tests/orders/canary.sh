#!/bin/sh
# canary.sh BOURSE VENUES environment|phrase|keyfile: keys in the environment, or in the encrypted file under a passphrase or a key file; a live session with
# orders, pairs and errors that is recorded and killed, its journal looked up, exported and replayed: the keys may be with the venue, and nowhere else: not on
# disk, in what is printed, or in the processes of the workers.
set -u
bourse=$1 venues=$2 way=$3
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# In halves, so that no text of this file or its arguments is what is looked for.
a=CANARY; b=key4TgB8yRk1MfJ6/pQ+s; d=pass5WxE2uDn7kk; e=phrase9Kd3Lw8Zm
key=$a$b password=$a$d phrase=$a$e
secret=$(printf '%s' "${a}secret7Hq2ZsX0pLw9VbN3tY5uI8oP1aS4dF6gH9jK2lZ7xC0vB3nM5qW8eR1tY4u" | base64 | tr -d '\n')
{
  key_forms "$secret" "$key" "$password" "$phrase"
  printf '%s' "$secret" | base64 -d
  echo
} | sort -u >"$tmp/forms"
enter session.lua
echo 'local much = { USD = 1e9, USDT = 1e9 }
return { limits = { order_notional = much, minute_notional = much, day_notional = much, loss = much, orders_per_minute = 100000, open_orders = 10000,
  price_band = 0.5, data_age_ms = 60000, self_cross = true, on_death = "keep" } }' >bourse.lua
start_venues "$venues" --venues kraken,okx --key "kraken=$key:$secret" --key "okx=$key:$secret:$password" --faults lost=0.05,garbage=0.05,reject=0.05 --for 150
grep -q CANARY "$tmp/venues" && { fail "the venues print keys"; exit 1; }

# with COMMAND...: it has the keys of both
with() {
  case $way in
    environment)
      env BOURSE_KRAKEN_APIKEY="$key" BOURSE_KRAKEN_SECRET="$secret" BOURSE_OKX_APIKEY="$key" BOURSE_OKX_SECRET="$secret" BOURSE_OKX_PASSWORD="$password" "$@" ;;
    phrase) printf '%s\n' "$phrase" | "$@" ;;
    keyfile) env BOURSE_KEYFILE="$tmp/keyfile" "$@" ;;
  esac
}

# In the file. A new one asks for its passphrase last, and twice.
keep() {
  venue=$1 before='' after=''; shift
  [ "$way" != phrase ] || before=$phrase
  [ -z "$before" ] || [ -s "$BOURSE_STATE/keys.enc" ] || { before=''; after=$phrase; }
  printf '%s\n' ${before:+"$before"} "$@" ${after:+"$after" "$after"} |
    env ${keyfile:+BOURSE_KEYFILE="$keyfile"} "$bourse" keys add "$venue" --rights read,trade >"out.keys.$venue" 2>"err.keys.$venue" ||
    { fail "keys add $venue"; cat "err.keys.$venue"; exit 1; }
}
if [ "$way" != environment ]; then
  [ "$way" = phrase ] || keyfile=$tmp/keyfile
  keep kraken "$key" "$secret"
  keep okx "$key" "$secret" "$password"
  with "$bourse" keys list >out.list 2>err.list </dev/null || fail "keys list"
  [ -s "$BOURSE_STATE/keys.enc" ] || { fail "there is no file of keys"; ls -la "$BOURSE_STATE"; }
fi

# look PID NAME: its environment, arguments and what of its memory can be read
looked=0
look() {
  for part in environ cmdline maps; do
    tr '\0' '\n' <"/proc/$1/$part" 2>/dev/null | grep -qF -f forms && fail "$2: a key is in /proc/PID/$part"
  done
  while read -r range rights _ _ _ name; do
    case $rights in r*) ;; *) continue ;; esac
    case $name in '[vvar]'|'[vsyscall]'|'[vdso]'|/*) continue ;; esac
    from=$(printf '%d' "0x${range%-*}") to=$(printf '%d' "0x${range#*-}")
    [ $((to - from)) -le 67108864 ] || continue
    dd if="/proc/$1/mem" bs=4096 skip=$((from / 4096)) count=$(((to - from) / 4096)) 2>/dev/null
  done <"/proc/$1/maps" >memory
  [ -s memory ] || return
  looked=$((looked + 1))
  grep -aqF -f forms memory && fail "$2: a key is in its memory"
  rm -f memory
}

# Recorded, looked at, and killed in the midst of it.
# shellcheck disable=SC3045 # where there is none nothing is lost
ulimit -c unlimited 2>/dev/null
run="run session.lua $urls --live --yes --record a.tape --arg venues=kraken,okx --arg orders=60 --arg seed=3"
# shellcheck disable=SC2086 # one word an option
case $way in
  environment)
    env BOURSE_KRAKEN_APIKEY="$key" BOURSE_KRAKEN_SECRET="$secret" BOURSE_OKX_APIKEY="$key" BOURSE_OKX_SECRET="$secret" BOURSE_OKX_PASSWORD="$password" \
      "$bourse" $run >out.run 2>err.run </dev/null & ;;
  phrase) printf '%s\n' "$phrase" | "$bourse" $run >out.run 2>err.run & ;;
  keyfile) env BOURSE_KEYFILE="$keyfile" "$bourse" $run >out.run 2>err.run </dev/null & ;;
esac
broker=$!
tries=0
until [ "$("$bourse" orders --format csv 2>/dev/null | wc -l)" -gt 6 ] || [ $tries -gt 150 ]; do tries=$((tries + 1)); sleep 0.1; done
for pid in $(cat "/proc/$broker/task/$broker/children"); do look "$pid" "worker $pid"; done
kill -9 $broker
wait $broker 2>/dev/null
[ $tries -le 150 ] || { fail "no orders"; cat err.run; }

# What it left is looked up; errors of every kind; exports.
# shellcheck disable=SC2086
with timeout 120 "$bourse" run session.lua $urls --live --yes --arg venues=kraken,okx --arg orders=12 --arg seed=6 >out.again 2>err.again </dev/null || { fail "the next run"; tail -3 err.again; }
# shellcheck disable=SC2086
with timeout 20 "$bourse" call okx fetch_balance $urls >out.call 2>err.call </dev/null
# shellcheck disable=SC2086
with timeout 20 "$bourse" call kraken create_order BTC/USD limit buy 1 1 $urls --live --yes >out.refused 2>err.refused </dev/null && fail "it was taken"
with timeout 20 "$bourse" call kraken fetch_balance --base-url kraken=http://127.0.0.1:1 >out.away 2>err.away </dev/null && fail "nobody answered"
# shellcheck disable=SC2086
with timeout 20 "$bourse" call okx create_order BTC/USDT limit buy 0.001 1 $urls --dry-run >out.dry 2>err.dry </dev/null
for what in orders fills events; do "$bourse" journal export $what >"out.$what" 2>"err.$what" || fail "journal export $what"; done
"$bourse" orders 1 >out.one 2>err.one || fail "order 1"
"$bourse" journal verify >out.verify 2>err.verify || { fail "the journal is not whole"; cat err.verify out.verify; }
"$bourse" tape info a.tape >out.tape 2>err.tape || fail "the tape"
"$bourse" tape convert a.tape >out.lines 2>>err.tape || fail "the tape as lines"

[ "$(wc -l <out.orders)" -gt 8 ] && grep -q ',sent,\|"sent"' out.events && grep -q 'AddOrder' out.events || { fail "nothing was tested"; wc -l out.*; }
found=$(grep -ralF -f forms --exclude=forms "$tmp")
[ -z "$found" ] || fail "a key is in $found"
[ $looked -gt 0 ] || echo "(the workers' memory could not be read here: it was not looked at)"
[ $failed -eq 0 ] && echo ok
exit $failed
