#!/bin/sh
# whole_set.sh BOURSE MEASURE: one script opens every exchange of the registry; its process stays under 64 MiB. One that opens one exchange
# needs no more than a script that opens none and the room of one adapter: the others are not loaded.
set -eu
bourse=$1 measure=$2
rss_max=${WHOLE_SET_RSS_KIB:-65536} lua_max=${WHOLE_SET_LUA_MIB:-48}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
fail() { echo "$*"; exit 1; }

ids=$("$bourse" exchanges --format csv 2>/dev/null | sed 1d | cut -d, -f1)
want=$(printf '%s\n' "$ids" | wc -l)
[ "$want" -ge 131 ] || fail "only $want exchanges in the registry"
{
  echo 'local all = {}'
  for id in $ids; do echo "all[#all + 1] = exchange('$id')"; done
  echo 'print(#all)'
} >"$tmp/all.lua"
echo "exchange('kraken') print(1)" >"$tmp/one.lua"
echo "print(0)" >"$tmp/none.lua"

"$measure" "$tmp/used" "$bourse" run "$tmp/all.lua" --memory "$lua_max" >"$tmp/out" 2>"$tmp/err" || true
read -r code _ _ rss <"$tmp/used"
[ "$code" = 0 ] || { cat "$tmp/err"; fail "exit $code"; }
[ "$(cat "$tmp/out")" = "$want" ] || fail "opened $(cat "$tmp/out") of $want"
[ "$rss" -lt "$rss_max" ] || fail "all exchanges at once: $rss KiB, at most $rss_max"

# The smallest limit, in MiB, that a small script does with.
smallest() {
  for limit in 1 2 3 4 5 6; do
    if "$bourse" run "$tmp/$1.lua" --memory "$limit" >/dev/null 2>&1; then break; fi
  done
  echo "$limit"
}
none=$(smallest none) one=$(smallest one)
[ "$one" -le $((none + 1)) ] || fail "a script with one exchange needs $one MiB, one without $none"
echo "ok: $want exchanges, $rss KiB; none $none MiB, one $one MiB"
