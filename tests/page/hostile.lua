-- Results whose texts try to be more than text; and a long run, so that the page must leave something out.
local bad = { "</script><script>document.title='broken'</script>", "<img src=x onerror=\"document.title='broken'\">", "a\u{2028}b\u{2029}c", "\\u003c/script>", "'\"`${1}",
  "<!--", "]]>", "&lt;b&gt;", "\xff\xfe\xc0", "{{constructor}}", "javascript:alert(1)", "\0zero", ("w"):rep(3000) }
local function book(price, step)
  local side = {}
  for i = 1, 80 do side[i] = { price + step * (i - 1), 0.5 + i % 7 } end
  return side
end
for i, text in ipairs(bad) do
  report({ pair = text, net = i / 10, gross = i / 5, verdict = "opportunity", buy = text, sell = text, why = text, size = 2 },
    { buy = { asks = book(100, 0.1), bids = book(99, -0.1) }, sell = { asks = book(103, 0.1), bids = book(102, -0.1) } })
  report { kind = "trade", pair = text, buy = text, verdict = text, why = text, profit = i }
  report { kind = "equity", name = text, currency = text, value = 1000 + i }
  report { [text] = i, pair = "X/Y" }
end
-- Books that are none.
report({ pair = "N/A", net = 1, verdict = "opportunity", buy = "a", sell = "b" }, { buy = { asks = { { "x", 1 }, 3, { -1, 1 } } }, sell = "no" })
report({ pair = "N/B", net = 0 / 0, gross = 1 / 0, verdict = "opportunity", buy = "a", sell = "b" }, {})
for i = 1, 20000 do
  report({ pair = "A/B", net = math.sin(i / 900), gross = 1, verdict = "opportunity", buy = "kraken", sell = "luno", size = 1, age_ms = i % 50 },
    { buy = { asks = book(100, 0.1) }, sell = { bids = book(102, -0.1) } })
  report { kind = "equity", currency = "USD", value = 1000 + 50 * math.sin(i / 3000) + i / 100 }
end
