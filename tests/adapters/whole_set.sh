#!/bin/sh
# whole_set.sh BOURSE MEASURE: one script opens every exchange of the registry; its process stays under 64 MiB. One that opens one exchange
# needs no more than a script that opens none and the room of one adapter: the others are not loaded.
set -eu
bourse=$1 measure=$2
rss_max=${WHOLE_SET_RSS_KIB:-65536} lua_max=${WHOLE_SET_LUA_MIB:-48}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BOURSE_STATE=$work/state
export BOURSE_STATE
fail() { echo "$*"; exit 1; }

ids=$("$bourse" exchanges --format csv 2>/dev/null | sed 1d | cut -d, -f1)
want=$(printf '%s\n' "$ids" | wc -l)
[ "$want" -ge 131 ] || fail "only $want exchanges in the registry"
{
  echo 'local all = {}'
  for id in $ids; do echo "all[#all + 1] = exchange('$id')"; done
  echo 'print(#all)'
} >"$work/all.lua"
echo "exchange('kraken') print(1)" >"$work/one.lua"
echo "print(0)" >"$work/none.lua"

"$measure" "$work/used" "$bourse" run "$work/all.lua" --memory "$lua_max" >"$work/out" 2>"$work/err" || true
read -r code _ rss <"$work/used"
[ "$code" = 0 ] || { cat "$work/err"; fail "exit $code"; }
[ "$(cat "$work/out")" = "$want" ] || fail "opened $(cat "$work/out") of $want"
[ "$rss" -lt "$rss_max" ] || fail "all exchanges at once: $rss KiB, at most $rss_max"

# The smallest limit, in MiB, that a small script does with.
smallest() {
  for limit in 1 2 3 4 5 6; do
    if "$bourse" run "$work/$1.lua" --memory "$limit" >/dev/null 2>&1; then break; fi
  done
  echo "$limit"
}
none=$(smallest none) one=$(smallest one)
[ "$one" -le $((none + 1)) ] || fail "a script with one exchange needs $one MiB, one without $none"
echo "ok: $want exchanges, $rss KiB; none $none MiB, one $one MiB"
