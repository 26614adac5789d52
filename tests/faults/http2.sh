#!/bin/sh
# HTTP/2 over TLS, with nghttpx (nghttp2-proxy) in front of the faulty server: many requests at once go over one connection, compressed bodies are decoded, and
# those that unfold without end are refused at the cap.
# usage: http2.sh BOURSE MEASURE FAULT_SERVE; exit code 77: there is no nghttpx here
set -u
bourse=$1 measure=$2 serve=$3
PATH=$PATH:/usr/sbin
command -v nghttpx >/dev/null || { echo "not run: nghttpx is not installed (apt-get install nghttp2-proxy)"; exit 77; }
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1
make_home
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null || { echo "no certificate"; exit 1; }
start_server "$serve"
backend=$(sed 's|.*:||' url)

# A port of its own is not given to it by the system: one is tried after the other.
answers() { "$bourse" call h2 fetch_time '{"path":"time"}' --home home --base-url "h2=https://127.0.0.1:$1" --cacert cert.pem --timeout 2s >out 2>err </dev/null; }
cat >home/exchanges/h2.lua <<'LUA'
return {
  hosts = { api = "https://api.example.com" },
  markets_need = false,
  fetch_time = { get = "/{path}", read = time("t|s") },
}
LUA
port=$((20000 + $$ % 20000)) up=
for _ in 1 2 3 4 5 6 7 8 9 10; do
  port=$((port + 1))
  nghttpx --conf=/dev/null --workers=1 --no-ocsp "-f127.0.0.1,$port" "-b127.0.0.1,$backend" --errorlog-file=errors --accesslog-file=access \
    --accesslog-format="\$alpn \$remote_port \$status \$path" key.pem cert.pem 2>>errors &
  proxy=$! servers="$servers $!"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 $proxy 2>/dev/null || break
    answers $port && up=1 && break
    sleep 0.1
  done
  [ -n "$up" ] && break
  stop "$proxy"
done
[ -n "$up" ] || { echo "nghttpx does not answer"; cat err errors; exit 1; }

passed=0
good() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "not ok $1: $2"; head -c 600 err; tail -n 20 access; }
options="--home home --base-url h2=https://127.0.0.1:$port --cacert cert.pem"

# Sixteen answers that take 0.3 s each, asked for at once.
cat >many.lua <<'LUA'
local ex, calls = exchange "h2", {}
for i = 1, 16 do calls[i] = function() return ex:fetch_time { path = "slow" .. i } end end
local out = table.pack(together(table.unpack(calls)))
local n = 0
for i = 1, 16 do if out[i] == 1700000000000 then n = n + 1 end end
print(n .. " answers")
LUA
: >access
# shellcheck disable=SC2086 # the options are words
"$measure" figures "$bourse" run many.lua $options >out 2>err </dev/null
read -r code wall _ rss <figures
connections=$(grep /slow access | cut -d' ' -f2 | sort -u | wc -l)
if [ "$code" != 0 ] || ! grep -qx "16 answers" out; then bad "many at once" "exit $code: $(cat out)"
elif [ "$(grep -c '^h2 [0-9]* 200 /slow' access)" != 16 ]; then bad "many at once" "they did not come by HTTP/2"
elif [ "$connections" != 1 ]; then bad "many at once" "$connections connections"
elif [ "$wall" -gt $((2400 * ${FAULTS_SLOW:-1})) ]; then bad "many at once" "$wall ms: one after the other"
else good "16 requests at once over one connection ($wall ms, $rss KiB)"
fi

for coding in brotli zstd; do
  # shellcheck disable=SC2086
  if "$bourse" call h2 fetch_time "{\"path\":\"$coding\"}" $options >out 2>err </dev/null && grep -qx 1700000000000 out; then good $coding; else bad $coding "not decoded"; fi
  # shellcheck disable=SC2086
  "$measure" figures "$bourse" call h2 fetch_time "{\"path\":\"${coding}_bomb\"}" $options >out 2>err </dev/null
  read -r code wall _ rss <figures
  if [ "$code" = 5 ] && grep -q "h2: BadResponse: .*longer than 64 MiB" err && [ "$rss" -le "${FAULTS_RSS_KIB:-262144}" ]; then good "a bomb of $coding ($wall ms, $rss KiB)"
  else bad "a bomb of $coding" "exit $code, $rss KiB"
  fi
done
! grep -v '^h2 ' access || bad "all by HTTP/2" "some were not"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
