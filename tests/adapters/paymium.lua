-- Paymium: what its recorded vectors do not hold.
return {
  markets = {
    { id = "eur", symbol = "BTC/EUR", base = "BTC", quote = "EUR", baseId = "btc", quoteId = "eur", type = "spot", spot = true, precision = {}, limits = {} },
  },
  currencies = { BTC = { id = "btc", code = "BTC" }, EUR = { id = "eur", code = "EUR" } },

  { "the question mark is not signed", call = { "fetch_deposit_addresses" }, params = { page = "2" },
    sends = "GET https://paymium.com/api/v1/user/addresses?page=2",
    headers = { ["Api-Nonce"] = "1718454896", ["Api-Signature"] = "fcaa7be4dac9f76e0303bcf52fd7efb4a2e2627c35667e7c0551cd7ca65576b1" },
    reply = '[{"address":"1HdjGr6WCTcnmW1tNNsHX7fh4Jr5C2PeKe","valid_until":1620041926,"currency":"BTC","label":"Savings"}]',
    gives = { BTC = { currency = "BTC", address = "1HdjGr6WCTcnmW1tNNsHX7fh4Jr5C2PeKe" } } },
  { "small amounts are written out", call = { "create_order", "BTC/EUR", "limit", "buy", "0.00000001", "25000.5" },
    sends = 'POST https://paymium.com/api/v1/user/orders\n{"type":"LimitOrder","currency":"eur","direction":"buy","amount":0.00000001,"price":25000.5}',
    reply = '{"uuid":"968f4580"}', gives = { id = "968f4580" } },
  { "a certain address", call = { "fetch_deposit_address", "BTC" }, params = { address = "1HdjGr6WCTcnmW1tNNsHX7fh4Jr5C2PeKe" },
    sends = "GET https://paymium.com/api/v1/user/addresses/1HdjGr6WCTcnmW1tNNsHX7fh4Jr5C2PeKe",
    reply = '{"address":"1HdjGr6WCTcnmW1tNNsHX7fh4Jr5C2PeKe","currency":"BTC"}', gives = { address = "1HdjGr6WCTcnmW1tNNsHX7fh4Jr5C2PeKe" } },
  { "a failure is a list of texts", call = { "fetch_balance" }, sends = "GET https://paymium.com/api/v1/user",
    reply = '{"errors":["Amount is too small"]}', fails = "ExchangeError" },
  { "only an email address is sent to", call = { "transfer", "BTC", "0.1", "main", "other" }, fails = "ExchangeError" },
}
