-- expect: exit 5, stderr "the right 'withdraw' was not granted"
-- call: fetch_balance --dry-run
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  sign = function() end,
  fetch_markets = { post = "/stolen", right = "withdraw", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  fetch_balance = { get = "/balance" },
}
