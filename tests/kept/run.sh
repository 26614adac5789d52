#!/bin/sh
# run.sh BOURSE VENUES: market lists are kept on disk with an age; what cannot be used is asked for again.
set -eu
bourse=$1 venues=$2
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null || true; rm -rf "$dir"' EXIT
BOURSE_STATE=$dir/state
export BOURSE_STATE
"$venues" --venues luno --for 60 > "$dir/ports" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do grep -q ready "$dir/ports" && break; sleep 0.2; done
url=$(awk '$1 == "luno" { print $2 }' "$dir/ports")
[ -n "$url" ] || { echo "no local venue"; exit 1; }
markets() { "$bourse" markets luno --base-url "luno=$url" --format csv "$@" > "$dir/out" 2> "$dir/err"; }
fail() { echo "$1"; cat "$dir/err"; exit 1; }

markets || fail "no markets"
[ ! -d "$dir/state/kept" ] || fail "kept for a local server though no age was given"
markets --markets-age 1h || fail "no markets with an age"
cp "$dir/out" "$dir/first"
[ -n "$(ls "$dir/state/kept")" ] || fail "nothing was kept"
kill $server
wait $server 2>/dev/null || true
server=
markets --markets-age 1h || fail "not taken from the disk"
cmp -s "$dir/out" "$dir/first" || fail "what was kept differs"
if markets --markets-age 0s; then fail "an age of nothing was not asked for"; fi
for f in "$dir"/state/kept/*; do
  head -1 "$f" > "$dir/head"
  printf '{"markets":"no list"}' > "$dir/body"      # whole, but not what was promised
  digest=$(sha256sum < "$dir/body" | cut -d' ' -f1)
  awk -v n="$(wc -c < "$dir/body")" -v d="$digest" '{ $4 = n; $5 = d; print }' "$dir/head" > "$dir/new"
  cat "$dir/body" >> "$dir/new"
  cp "$dir/new" "$f"
done
if markets --markets-age 1h; then fail "a list that cannot be read was taken"; fi
grep -q ExchangeNotAvailable "$dir/err" || fail "the exchange was not asked again"
echo ok
