-- On what each adapter rests: made by ./dev evidence from the conformance run, not by hand.
return {
  binance = { adapter = "binance", passed = 130, total = 130, set_aside = 2, oracle = "4.5.84", methods = 54, lines = 360, shared = 747 },
  bitfinex2 = { adapter = "bitfinex", passed = 68, total = 68, set_aside = 0, oracle = "4.5.84", methods = 38, lines = 600, shared = 0 },
  bitstamp = { adapter = "bitstamp", passed = 75, total = 75, set_aside = 5, oracle = "4.5.84", methods = 29, lines = 435, shared = 0 },
  coinbasepro = { adapter = "coinbaseexchange", passed = 88, total = 88, set_aside = 2, oracle = "4.5.84", methods = 28, lines = 7, shared = 310 },
  gemini = { adapter = "gemini", passed = 75, total = 75, set_aside = 1, oracle = "4.5.84", methods = 21, lines = 268, shared = 0 },
  kraken = { adapter = "kraken", passed = 95, total = 95, set_aside = 3, oracle = "4.5.84", methods = 34, lines = 578, shared = 0 },
  luno = { adapter = "luno", passed = 70, total = 70, set_aside = 0, oracle = "4.5.84", methods = 20, lines = 228, shared = 0 },
  okex3 = { adapter = "okx", passed = 117, total = 117, set_aside = 0, oracle = "4.5.84", methods = 58, lines = 354, shared = 813 },
}
