-- Coinbase's names of networks, as its exchange and its app use them, and their codes: network_code(id, coin's code).
local networks = {
  bitcoin = "BTC", ethereum = "ERC20", solana = "SOL", arbitrum = "ARBITRUM", avacchain = "AVAXC", polygon = "MATIC", base = "BASE", sui = "SUI",
  optimism = "OP", near = "NEAR", aptos = "APT", kava = "KAVA", blast = "BLAST", stellar = "XLM", sei = "SEI", cardano = "ADA", coredao = "CORE",
  algorand = "ALGO", osmosis = "OSMO", celo = "CELO", hedera = "HBAR", zksync = "ZKSYNC", stacks = "STX", tezos = "XTZ", elrond = "EGLD",
  litecoin = "LTC", cosmos = "ATOM", filecoin = "FIL", polkadot = "DOT", dogecoin = "DOGE", ripple = "XRP", dash = "DASH",
}

-- A coin on its own network is not a token: ETH, not ERC20; other coins on Bitcoin are BRC20.
return function(id, coin)
  if id == "ethereum" and coin == "ETH" then return "ETH" end
  if id == "bitcoin" and coin ~= "BTC" then return "BRC20" end
  return networks[id] or id
end
