#!/bin/sh
# Runs each script of this folder, named after the trick it tries, and checks what its first line expects:
#   -- expect: exit CODE[|CODE], stdout|stderr "TEXT[|TEXT]"
# and that CPU time and resident memory stayed within bounds, and wall time within one that a busy machine keeps too.
# With SANDBOX_SLOW set, as under a sanitizer, the limit of CPU time may be met before that of memory.
# usage: run.sh BOURSE MEASURE [SCRIPT...]
bourse=$1 measure=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
memory_mib=${SANDBOX_MEMORY:-32} cpu=${SANDBOX_CPU:-400ms}
wall_max=60000 cpu_max=${SANDBOX_CPU_MS:-5000} rss_max=${SANDBOX_RSS_KIB:-$(((memory_mib + 32) * 1024))}
BOURSE_STATE=$tmp/state
export BOURSE_STATE

# Scripts that are too large or too odd to be kept as files.
made() { mkdir -p "$tmp/made" && cat >"$tmp/made/$1.lua"; }
many() { awk -v n="$2" -v s="$1" 'BEGIN { k = split(s, t, "#"); for (i = 1; i <= n; i++) for (j = 1; j <= k; j++) printf "%s%s", (j > 1 ? i : ""), t[j] }'; }
if [ $# -eq 0 ]; then
  {
    echo '-- expect: exit 1|3, stderr "many_gotos.lua"'
    many 'goto l# ' 30000
    many '::l#:: ' 30000
  } | made many_gotos
  {
    echo '-- expect: exit 1|3, stderr "and_chain_compile.lua"'
    echo 'local a, x'
    printf 'return '
    many 'a and ' 120000
    echo x
  } | made and_chain_compile
  {
    echo '-- expect: exit 1|3, stderr "field_chain_message.lua:3"'
    echo 'local a = {}'
    printf 'local b = a'
    many '.x' 90000
    echo
  } | made field_chain_message
  {
    echo '-- expect: exit 1, stderr "overflow"'
    many '(' 100000
  } | made deep_nesting
  {
    echo '-- expect: exit 1|2, stderr "1 MiB|longer than"'
    many '-- a line of comment, number #, of a source that is too long' 20000
  } | made too_long
  {
    echo '-- expect: exit 1, stderr "many_locals.lua"'
    many 'local l# = # ' 300
  } | made many_locals
  printf '\033Lua-- expect: exit 1, stderr "only source text is run"\n' | made bytecode_chunk
  set -- "$here"/*.lua "$tmp"/made/*.lua
fi
failed=0 passed=0

# has TEXTS FILE: one of the texts, apart by |, is in the file
has() {
  rest=$1
  while :; do
    one=${rest%%|*}
    grep -qF -- "$one" "$2" && return 0
    [ "$rest" = "$one" ] && return 1
    rest=${rest#*|}
  done
}

for script in "$@"; do
  name=$(basename "$script")
  expect=$(head -n 1 "$script" | tr -d '\033' | sed 's/^Lua--/--/')
  codes=$(printf '%s\n' "$expect" | sed -n 's/^-- expect: exit \([0-9|]*\),.*/\1/p')
  stream=$(printf '%s\n' "$expect" | sed -n 's/.*, \(stdout\|stderr\) ".*/\1/p')
  text=$(printf '%s\n' "$expect" | sed -n 's/.*, std[a-z]* "\(.*\)"$/\1/p')
  [ -z "${SANDBOX_SLOW:-}" ] || text=$(printf '%s\n' "$text" | sed 's/MiB of memory/&|ms of CPU/')
  if [ -z "$codes" ] || [ -z "$stream" ]; then
    echo "not ok $name: no expectation in its first line"
    failed=$((failed + 1))
    continue
  fi
  "$measure" "$tmp/figures" "$bourse" run "$script" --memory "$memory_mib" --cpu "$cpu" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null
  read -r code wall cpu_ms rss <"$tmp/figures"
  why=
  case "|$codes|" in *"|$code|"*) ;; *) why="exit $code, not $codes" ;; esac
  has "$text" "$tmp/$stream" || why="$why; no \"$text\" in $stream"
  [ "$wall" -le "$wall_max" ] || why="$why; $wall ms, more than $wall_max"
  [ "$cpu_ms" -le "$cpu_max" ] || why="$why; $cpu_ms ms of CPU, more than $cpu_max"
  [ "$rss" -le "$rss_max" ] || why="$why; $rss KiB resident, more than $rss_max"
  if [ -n "$why" ]; then
    echo "not ok $name: ${why#; }"
    sed 's/^/    /' "$tmp/stderr" | head -n 5
    failed=$((failed + 1))
  else
    passed=$((passed + 1))
    echo "ok $name ($wall ms, $rss KiB)"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
