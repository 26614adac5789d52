#!/bin/sh
# Hostile replies through the whole program: each ends as an error of the right class, exit code 5, within bounded time and memory.
# usage: replies.sh BOURSE MEASURE FAULT_SERVE
bourse=$1 measure=$2 serve=$3
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
slow=${FAULTS_SLOW:-1} rss_max=${FAULTS_RSS_KIB:-$((256 * 1024))}
make_home
start_server "$serve"
cat >"$tmp/home/exchanges/faulty.lua" <<'LUA'
return {
  hosts = { api = "https://api.example.com" },
  markets_need = false,
  failed = "error",
  fetch_time = { get = "/{path}", read = time("t|s") },
  fetch_status = { get = "/{path}", text = true, read = function(text) return { status = "ok", updated = #text } end },
}
LUA
cat >"$tmp/home/exchanges/proper.lua" <<'LUA'
return {
  hosts = { api = "https://api.example.com" },
  fetch_markets = { get = "/markets", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  fetch_order_book = { get = "/book", read = book { bids = "bids", asks = "asks" } },
}
LUA
passed=0
# expect PATH CLASS TEXT MOST_MS [METHOD]: within $within (2s)
expect() {
  "$measure" "$tmp/figures" "$bourse" call faulty "${5:-fetch_time}" "{\"path\":\"$1\"}" --home "$tmp/home" --base-url "faulty=$url" --timeout "${within:-2s}" \
    >"$tmp/stdout" 2>"$tmp/stderr" </dev/null
  read -r code wall _ rss <"$tmp/figures"
  why=
  [ "$code" = 5 ] || why="exit $code"
  grep -qF "faulty: $2: " "$tmp/stderr" || why="$why; not $2"
  grep -qF -- "$3" "$tmp/stderr" || why="$why; no \"$3\""
  [ "$wall" -le $(($4 * slow)) ] || why="$why; $wall ms, more than $4"
  [ "$rss" -le "$rss_max" ] || why="$why; $rss KiB resident, more than $rss_max"
  ! grep -qiE 'sanitizer|runtime error|crashed' "$tmp/stderr" || why="$why; it crashed"
  [ "$(wc -c <"$tmp/stderr")" -le 2000 ] || why="$why; a message of $(wc -c <"$tmp/stderr") bytes"
  if [ -n "$why" ]; then
    echo "not ok $1: ${why#; }"
    head -c 400 "$tmp/stderr" | sed 's/^/    /'
    failed=$((failed + 1))
  else
    passed=$((passed + 1))
    echo "ok $1 ($wall ms, $rss KiB): $(head -n 1 "$tmp/stderr" | cut -c1-120)"
  fi
}
# well PATH: a proper reply
well() {
  if "$bourse" call faulty fetch_time "{\"path\":\"$1\"}" --home "$tmp/home" --base-url "faulty=$url" >"$tmp/stdout" 2>&1 </dev/null &&
    grep -qx 1700000000000 "$tmp/stdout"; then
    passed=$((passed + 1))
    echo "ok $1"
  else
    failed=$((failed + 1))
    echo "not ok $1: $(head -c 400 "$tmp/stdout")"
  fi
}
# codings of a body
well time
well brotli
well zstd
well byte_order_mark
well zero_escaped
well exponent
well early_hints
well large
well large_once
"$bourse" call faulty fetch_status '{"path":"large"}' --home "$tmp/home" --base-url "faulty=$url" >"$tmp/stdout" 2>&1 </dev/null
grep -qF '"updated":3200000' "$tmp/stdout" || fail "a large text: $(head -c 400 "$tmp/stdout")"
# a book, which is no list, as JSON
"$bourse" call proper fetch_order_book BTC/EUR --home "$tmp/home" --base-url "proper=$url" >"$tmp/stdout" 2>&1 </dev/null
grep -qF '"asks":[[1.6,3]],"bids":[[1.5,2]]' "$tmp/stdout" || fail "a book: $(head -c 400 "$tmp/stdout")"
# A list of markets is read while it comes; a map with a function waits for the whole of it. Both read the same, and what spoils it late is told alike.
for list in list list_whole list_looked list_unsized list_once list_bad list_failed list_broken; do
  id='"id"' told='"error"'
  [ $list != list_whole ] || id='function(market) return market.id end'
  [ $list != list_looked ] || told='function(reply) return not reply.markets[6000] and "short" or nil end'
  cat >"$tmp/home/exchanges/$list.lua" <<LUA
return {
  hosts = { api = "https://api.example.com" },
  failed = $told,
  fetch_markets = {
    get = "/$(echo $list | sed 's/_whole\|_looked//')",
    read = markets {
      at = "markets", id = $id, baseId = "base", quoteId = "quote", precision = { price = "step" }, limits = { amount = { min = "filters.1.min" } },
    },
  },
}
LUA
done
list() { id=$1; shift; "$bourse" markets "$id" "$@" --home "$tmp/home" --base-url "$id=$url" --format csv >"$tmp/stdout" 2>"$tmp/stderr" </dev/null; }
list list_whole || fail "a list of markets: $(head -c 400 "$tmp/stderr")"
[ "$(wc -l <"$tmp/stdout")" -eq 6001 ] || fail "$(wc -l <"$tmp/stdout") lines of markets"
mv "$tmp/stdout" "$tmp/markets"
for name in list list_looked list_unsized list_once; do
  list $name || fail "$name: $(head -c 400 "$tmp/stderr")"
  cmp -s "$tmp/stdout" "$tmp/markets" || fail "$name: other markets"
done
for run in first second; do            # kept on disk while it is read, and read from there
  list list_unsized --markets-age 1h || fail "$run of those kept: $(head -c 400 "$tmp/stderr")"
  cmp -s "$tmp/stdout" "$tmp/markets" || fail "$run of those kept: other markets"
  [ "$(cat "$BOURSE_STATE"/kept/list_unsized-* | wc -c)" -gt 450000 ] || fail "$run: nothing is kept"
done
spoilt() {
  if list "$1" --markets-age 1h; then fail "$1 was taken"; fi
  grep -qF "$1: $2" "$tmp/stderr" || fail "$1: $(head -c 400 "$tmp/stderr")"
}
spoilt list_bad "BadResponse: market.baseId: expected text or a number, got a list at markets.6000.base"
spoilt list_failed "ExchangeError: closed today"
spoilt list_broken "BadResponse: the reply is not JSON"
# Lists that are asked for again and again take the memory of one: the one before is let go of first, also after the script kept much for a while. A reply of
# which little is read leaves the collector as it was.
cat >"$tmp/home/exchanges/again.lua" <<'LUA'
return {
  hosts = { api = "https://api.example.com" },
  fetch_markets = { get = "/list", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  fetch_tickers = { get = "/list", read = tickers { at = "markets", market = "id", last = "step", low = "filters.1.min" } },
}
LUA
cat >"$tmp/again.lua" <<'LUA'
local ex, least, most = exchange "again", math.huge, 0
local much = {}
for i = 1, 100000 do much[i] = {} end
ex:fetch_tickers()
much = nil
local from = collectgarbage("count")
assert(from > 7000, from)
for i = 1, 1000000 do
  if collectgarbage("count") < 1000 then break end
  local _ = { i }
end
assert(collectgarbage("count") < 3000, collectgarbage("count"))
for i = 1, 12 do
  local list, n = ex:fetch_tickers(), 0
  for _ in pairs(list) do n = n + 1 end
  assert(n == 6000, n)
  local kb = collectgarbage("count")
  least, most = math.min(least, kb), math.max(most, kb)
end
assert(least > 2000 and most < 1.2 * least, ("%.0f to %.0f KB"):format(least, most))
local few = ex:fetch_tickers { "B/Q1" }
assert(few["B/Q1"].last == 0.001 and next(few, next(few)) == nil)
local before, peak = collectgarbage("count"), 0
for i = 1, 30000 do few = { i } peak = math.max(peak, collectgarbage("count")) end
assert(before < 1000 and peak < 3 * before, ("%.0f to %.0f KB"):format(before, peak))
LUA
"$bourse" run "$tmp/again.lua" --home "$tmp/home" --base-url "again=$url" >"$tmp/stdout" 2>&1 </dev/null || fail "a list again: $(head -c 400 "$tmp/stdout")"
# Loads that fail leave the list that is there as it was, also where each was to be read by a map of its own; a map of something else is none.
cat >"$tmp/home/exchanges/remade.lua" <<'LUA'
local loads = 0
return {
  hosts = { api = "https://api.example.com" },
  failed = "error",
  fetch_markets = {
    run = function()
      loads = loads + 1
      local map = { at = "markets", id = "id", baseId = "base", quoteId = "quote", limits = { amount = { min = "filters.1.min" } } }
      return { get = loads == 1 and "/list" or loads < 40 and "/list_bad" or "/list_unsized", read = markets(map) }
    end,
  },
  fetch_currencies = { run = function() return { get = "/list", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } } end },
}
LUA
cat >"$tmp/home/exchanges/other.lua" <<'LUA'
return { hosts = { api = "https://api.example.com" }, fetch_markets = { get = "/list", read = currencies { at = "markets", id = "id" } } }
LUA
cat >"$tmp/remade.lua" <<'LUA'
local ex = exchange "remade"
ex:load_markets()
for load = 2, 39 do
  local ok, why = pcall(ex.load_markets, ex, true)
  assert(not ok and why.class == "BadResponse", load)
end
assert(ex:market("B/Q7").limits.amount.min == 7 and ex:market("B/Q5999").limits.amount.min == 5999)
ex:load_markets(true)
assert(ex:market("B/Q8").limits.amount.min == 8)
local ok, why = pcall(ex.currency, ex, "unheard")
assert(not ok and why.message:find("markets{} does not give currencies", 1, true), why)
assert(ex:market("B/Q9").limits.amount.min == 9)
print("ended")
LUA
"$bourse" run "$tmp/remade.lua" --home "$tmp/home" --base-url "remade=$url" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null
grep -qx ended "$tmp/stdout" || fail "lists that are loaded again: $(head -c 400 "$tmp/stderr")"
if list other; then fail "currencies were taken for markets"; fi
grep -qF 'currencies{} does not give markets' "$tmp/stderr" || fail "currencies for markets: $(head -c 400 "$tmp/stderr")"
[ "$(find "$BOURSE_STATE/kept" -name 'list_*.*' | wc -l)" -eq 0 ] || fail "a file that was not finished"
# what arrives
expect truncated NetworkError "cut off" 4000
expect truncated_chunk NetworkError "" 4000
within=10s expect endless BadResponse "longer than 64 MiB" 12000
expect claims_much BadResponse "" 4000
within=10s expect gzip_bomb BadResponse "longer than 64 MiB" 12000
expect bad_gzip BadResponse "not proper HTTP" 2000
within=10s expect brotli_bomb BadResponse "longer than 64 MiB" 12000
within=10s expect zstd_bomb BadResponse "longer than 64 MiB" 12000
expect bad_brotli BadResponse "not proper HTTP" 2000
expect bad_zstd BadResponse "not proper HTTP" 2000
expect cut_brotli NullResponse "" 2000
expect cut_zstd NullResponse "" 2000
expect header_flood BadResponse "256 KiB of headers" 4000
expect long_header BadResponse "" 4000
expect trailer_flood BadResponse "256 KiB of headers" 4000
expect continue_flood BadResponse "256 KiB of headers" 4000
expect not_http BadResponse "not proper HTTP" 4000
expect nul_header BadResponse "" 4000
expect chunk_junk BadResponse "chunked-encoding" 2000
expect chunk_huge BadResponse "chunked-encoding" 2000
expect chunk_no_end BadResponse "chunked-encoding" 2000
expect length_junk BadResponse "not proper HTTP" 2000
expect length_negative BadResponse "not proper HTTP" 2000
expect codings_flood BadResponse "not proper HTTP" 2000
expect coding_unknown BadResponse "not proper HTTP" 2000
expect http_0_9 BadResponse "HTTP/0.9" 2000
expect status_absurd BadResponse "not proper HTTP" 2000
expect reset_before NetworkError "" 4000
expect reset_in_headers NetworkError "" 4000
expect reset_in_body NetworkError "" 4000
expect close_before NetworkError "" 4000
expect silent RequestTimeout "no answer after 2.0 s" 4000
expect drip RequestTimeout "not complete after 2.0 s" 4000
expect drip_headers RequestTimeout "" 4000
within=10s expect large_cut NetworkError "cut off after 2133332 bytes" 12000
# what it says
expect large_bad BadResponse "not JSON" 2000
expect large_html BadResponse "not JSON" 2000
expect bad_utf8 BadResponse "UTF-8" 2000
expect deep BadResponse "nested" 2000
expect deep_object BadResponse "nested" 2000
expect html BadResponse "not JSON" 2000
expect cut_json BadResponse "not JSON" 2000
expect two_values BadResponse "not JSON" 2000
expect empty NullResponse "empty" 2000
expect no_content NullResponse "empty" 2000
expect just_null BadResponse "neither an object nor a list: null" 2000
expect not_a_number BadResponse "not JSON" 2000
expect text_not_a_number BadResponse "expected a number" 2000
expect text_infinite BadResponse "expected a number" 2000
expect hex_number BadResponse "expected a number" 2000
expect lone_surrogate BadResponse "surrogate" 2000
expect surrogate_in_utf8 BadResponse "UTF-8" 2000
expect text_for_number BadResponse "" 2000
expect huge_number BadResponse "" 2000
expect escapes ExchangeError "?]0;gone?" 2000
# status
expect busy RateLimitExceeded "HTTP 429" 4000
expect busy_said RateLimitExceeded "HTTP 429" 2000
expect busy_zero RateLimitExceeded "HTTP 429" 4000
expect busy_long RateLimitExceeded "none is sent for 604800.0 s" 2000
expect busy_odd RateLimitExceeded "HTTP 429" 4000
expect down ExchangeNotAvailable "HTTP 503" 4000
expect nothing_here ExchangeNotAvailable "HTTP 404" 2000
# redirects
expect redirect_away BadResponse "evil.example, which is not one of its hosts" 2000
expect redirect_loop BadResponse "more than 3 redirects" 2000
expect redirect_plain BadResponse "no URL to follow" 2000
expect redirect_user BadResponse "no URL to follow" 2000
expect redirect_local BadResponse "127.0.0.1, which is not one of its hosts" 2000
expect redirect_junk BadResponse "no URL to follow" 2000
# and where text is taken
within=10s expect endless BadResponse "longer than 64 MiB" 12000 fetch_status
within=10s expect gzip_bomb BadResponse "longer than 64 MiB" 12000 fetch_status
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
