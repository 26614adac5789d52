#!/bin/sh
# Runs each adapter of adapters/, named after the trick it tries, through the whole program against a server of this machine. In its first lines:
#   -- expect: exit CODE[|CODE], stdout|stderr "TEXT[|TEXT]"
#   -- call: METHOD [ARGUMENT]... [OPTION]...    what `bourse call ID` is given
#   -- never: TEXT                               the server must not have received it
#   -- said: TEXT                                on stderr too
# Each adapter has keys in the environment; they may be nowhere in the output. Time and memory have bounds.
# With SANDBOX_SLOW set, as under a sanitizer, the limit of CPU time may be met before that of memory.
# usage: adapters.sh BOURSE MEASURE FAULT_SERVE [ADAPTER...]
bourse=$1 measure=$2 serve=$3
shift 3
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
wall_max=60000 cpu_max=${SANDBOX_CPU_MS:-8000} rss_max=${SANDBOX_RSS_KIB:-$((160 * 1024))}
make_home
cp "$here"/adapters/dialects/*.lua "$tmp/home/exchanges/dialects/"
start_server "$serve"
secret=CANARYsecret0123456789abcdef0123 key=CANARYkey0123456789abcdef0123456

key_forms "$secret" "$key" >"$tmp/forms"

# Adapters that are too large or too odd to be kept as files.
made() { mkdir -p "$tmp/made" && cat >"$tmp/made/$1.lua"; }
if [ $# -eq 0 ]; then
  printf '\033Lua-- expect: exit 2|5, stderr "binary chunk"\n-- call: fetch_balance\n' | made bytecode
  { echo '-- expect: exit 3|5, stderr "long_chain.lua"'; echo '-- call: fetch_balance'
    echo 'local a, x'; printf 'return '; awk 'BEGIN { for (i = 0; i < 300000; i++) printf "a and " }'; echo x; } | made long_chain
  { echo '-- expect: exit 2|5, stderr "longer than 4 MiB"'; echo '-- call: fetch_balance'
    awk 'BEGIN { for (i = 0; i < 100000; i++) print "-- a line of comment of a file that is much too long to be an adapter" }'; } | made too_long
  { echo '-- expect: exit 2|5, stderr "overflow"'; echo '-- call: fetch_balance'
    printf 'return '; awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{" }'; echo; } | made deep_nesting
  set -- "$here"/adapters/*.lua "$tmp"/made/*.lua
fi

has() {       # has TEXTS FILE: one of the texts, apart by |, is in the file
  rest=$1
  while :; do
    one=${rest%%|*}
    grep -qF -- "$one" "$2" && return 0
    [ "$rest" = "$one" ] && return 1
    rest=${rest#*|}
  done
}
tag() { head -n 8 "$file" | tr -d '\033' | sed 's/^Lua--/--/' | sed -n "s/^-- $1: //p"; }

passed=0
for file in "$@"; do
  name=$(basename "$file" .lua)
  expect=$(tag expect)
  codes=$(printf '%s\n' "$expect" | sed -n 's/^exit \([0-9|]*\),.*/\1/p')
  stream=$(printf '%s\n' "$expect" | sed -n 's/.*, \(stdout\|stderr\) ".*/\1/p')
  text=$(printf '%s\n' "$expect" | sed -n 's/.*, std[a-z]* "\(.*\)"$/\1/p')
  [ -z "${SANDBOX_SLOW:-}" ] || text=$(printf '%s\n' "$text" | sed 's/MiB of memory/&|ms of CPU/')
  call=$(tag call)
  if [ -z "$codes" ] || [ -z "$stream" ] || [ -z "$call" ]; then
    echo "not ok $name: no expectation in its first lines"
    failed=$((failed + 1))
    continue
  fi
  cp "$file" "$tmp/home/exchanges/$name.lua"
  : >"$tmp/log"
  upper=$(printf '%s' "$name" | tr '[:lower:]' '[:upper:]')
  # shellcheck disable=SC2086 # the call is words
  env "BOURSE_${upper}_APIKEY=$key" "BOURSE_${upper}_SECRET=$secret" \
    "$measure" "$tmp/figures" "$bourse" call "$name" $call --home "$tmp/home" --base-url "$name=$url" --timeout 3s \
    >"$tmp/stdout" 2>"$tmp/stderr" </dev/null
  rm "$tmp/home/exchanges/$name.lua"
  read -r code wall cpu_ms rss <"$tmp/figures"
  why=
  case "|$codes|" in *"|$code|"*) ;; *) why="exit $code, not $codes" ;; esac
  has "$text" "$tmp/$stream" || why="$why; no \"$text\" in $stream"
  tag never >"$tmp/never"
  while read -r never; do ! grep -qF -- "$never" "$tmp/log" || why="$why; the server received $never"; done <"$tmp/never"
  said=$(tag said)
  [ -z "$said" ] || grep -qF -- "$said" "$tmp/stderr" || why="$why; \"$said\" was not said"
  ! grep -qiF -f "$tmp/forms" "$tmp/stdout" "$tmp/stderr" || why="$why; a key is in the output"
  ! grep -qiE 'sanitizer|runtime error|worker crashed|sent a bad|outside of a protected' "$tmp/stderr" || why="$why; it crashed"
  if LC_ALL=C grep -q -e "$(printf '[\033\007]')" -e "$(printf '\302[\200-\237]')" "$tmp/stdout" "$tmp/stderr"; then
    why="$why; control characters in the output"
  fi
  [ "$wall" -le "$wall_max" ] || why="$why; $wall ms, more than $wall_max"
  [ "$cpu_ms" -le "$cpu_max" ] || why="$why; $cpu_ms ms of CPU, more than $cpu_max"
  [ "$rss" -le "$rss_max" ] || why="$why; $rss KiB resident, more than $rss_max"
  if [ -n "$why" ]; then
    echo "not ok $name: ${why#; }"
    head -c 600 "$tmp/stderr" | sed 's/^/    /'
    head -c 200 "$tmp/stdout" | sed 's/^/  > /'
    failed=$((failed + 1))
  else
    passed=$((passed + 1))
    echo "ok $name ($wall ms, $rss KiB)"
  fi
done
if grep -rqiF -f "$tmp/forms" "$tmp/state" 2>/dev/null; then
  echo "not ok: a key is in the state folder"
  failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
