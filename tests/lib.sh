# shellcheck shell=sh disable=SC2034
# To be sourced by the tests in shell:  . "$(dirname "$0")/../lib.sh"  It makes a folder of the test's own, $tmp, where state and home are, and at the end
# removes it (not with KEEP set) and ends the servers that were started.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d) || exit 1
servers='' failed=0
ended() {
  for pid in $servers; do kill "$pid" 2>/dev/null || :; done
  [ -n "${KEEP:-}" ] || rm -rf "$tmp"
}
trap ended EXIT
trap 'exit 1' INT TERM
HOME=$tmp BOURSE_STATE=$tmp/state FAULT_LOG=$tmp/log
export HOME BOURSE_STATE FAULT_LOG
: >"$FAULT_LOG"

fail() { echo "not ok: $*"; failed=1; }

# A library is preloaded by its name alone, and found by LD_LIBRARY_PATH: in LD_PRELOAD a blank of its folder's name would end it.

# enter FILE...: into $tmp, with these files of the test's folder
enter() {
  for file in "$@"; do cp "$here/$file" "$tmp/"; done
  cd "$tmp" || exit 1
}

# make_home ID...: $tmp/home with the registry, the dialects and these adapters
make_home() {
  mkdir -p "$tmp/home/exchanges"
  cp "$root/registry.lua" "$tmp/home/"
  cp -r "$root/exchanges/dialects" "$tmp/home/exchanges/"
  for id in "$@"; do cp "$root/exchanges/$id.lua" "$tmp/home/exchanges/"; done
}

# stop PID...: servers that are needed no more
stop() {
  for pid in "$@"; do
    kill "$pid" 2>/dev/null || continue
    wait "$pid" 2>/dev/null || :
    servers=$(printf ' %s ' "$servers" | sed "s/ $pid / /")
  done
}

# said_by PID FILE PATTERN TENTHS: waits for a line like that from a process; false when it ends without it, or takes longer
said_by() {
  tries=0
  until grep -q "$3" "$2"; do
    tries=$((tries + 1))
    [ $tries -le "$4" ] && kill -0 "$1" 2>/dev/null || return 1
    sleep 0.1
  done
}

# until_count TENTHS N COMMAND...: waits until the number that the command prints is N or more; false when it takes longer
until_count() {
  tenths=$1 least=$2 tries=0
  shift 2
  until [ "$("$@")" -ge "$least" ]; do
    tries=$((tries + 1))
    [ $tries -lt "$tenths" ] || return 1
    sleep 0.1
  done
}

# until_there PID FILE PATTERN: a line like that has come from the server
until_there() { said_by "$@" 100 || { cat "$tmp/server.err" >&2; echo "the server did not start" >&2; exit 1; }; }

# start_server FAULT_SERVE: its process $server, its address $url; what it receives goes to $FAULT_LOG
start_server() {
  "$1" >"$tmp/url" 2>"$tmp/server.err" &
  server=$! servers="$servers $!"
  until_there "$server" "$tmp/url" '^http'
  url=$(cat "$tmp/url")
}

# start_venues BOURSE-VENUES OPTIONS...: in place of those that ran before. Process $server, what they print $tmp/venues; the options that lead to them
# $urls, their ids $names with commas; --keys: keys in the environment
start_venues() {
  venues_program=$1; shift
  [ -z "${server:-}" ] || stop "$server"
  : >"$tmp/venues"
  "$venues_program" "$@" >"$tmp/venues" 2>"$tmp/server.err" &
  server=$! servers="$servers $!"
  until_there "$server" "$tmp/venues" '^ready$'
  urls=$(sed -n 's/^\([a-z0-9_]*\) \(http:.*\)$/--base-url \1=\2/p' "$tmp/venues")
  names=$(sed -n 's/^\([a-z0-9_]*\) http:.*$/\1/p' "$tmp/venues" | paste -sd, -)
  # shellcheck disable=SC2046 # one word a line
  ! grep -q '^BOURSE_' "$tmp/venues" || export $(grep '^BOURSE_' "$tmp/venues")
}
venue_url() { sed -n "s/^$1 http/http/p" "$tmp/venues"; }

# key_forms KEY...: all forms in which one could show: as it is, hex, base64 (of whole groups, also with more behind it), in JSON, in a URL; one a line
key_forms() {
  for k in "$@"; do
    printf '%s\n' "$k"
    printf '%s' "$k" | od -An -tx1 | tr -d ' \n'; echo
    printf '%s' "$k" | base64 | tr -d '\n' | cut -c "1-$((${#k} / 3 * 4))"
    printf '%s\n' "$k" | sed 's|/|\\/|g'
    printf '%s\n' "$k" | sed 's|/|\\\\\\/|g'
    printf '%s\n' "$k" | sed 's|/|%2F|g; s|+|%2B|g'
  done | sort -u
}
