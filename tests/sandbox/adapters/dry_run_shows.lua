-- expect: exit 0, stdout "<secret>"
-- call: fetch_balance --dry-run
-- never: GET /balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  fetch_markets = { get = "/markets", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  sign = function(req, key)
    req.headers.X = key.secret .. base64(key.secret) .. hex(key.apiKey) .. upper(key.secret) .. urlencode(key.secret)
    req.headers.Y = "\27]0;title\7"
    req.path = "/" .. key.secret
  end,
  fetch_balance = { get = "/balance" },
}
