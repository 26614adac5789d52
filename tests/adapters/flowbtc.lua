-- flowBTC: what its recorded vectors do not hold.
local api = "https://api.flowbtc.com.br:8443/ap//"
local accounts = "GET " .. api .. "GetUserAccounts?omsId=1&UserId=123456&UserName=tester"

return {
  credentials = { apiKey = "testApiKey0123456789", secret = "testSecret", uid = "123456", login = "tester", token = "test-session-token" },
  currencies = { BTC = { id = "1", code = "BTC", precision = 0.00000001 } },
  markets = {
    { id = "3", symbol = "LTC/BTC", base = "LTC", quote = "BTC", baseId = "3", quoteId = "1", type = "spot", spot = true,
      precision = { amount = 0.00000001, price = 0.00000001 } },
  },

  { "an account that is named is not asked for", call = { "fetch_open_orders" }, params = { accountId = 7 },
    sends = "GET " .. api .. "GetOpenOrders?omsId=1&AccountId=7", reply = "[]", gives = {} },
  { "own ids of orders are whole numbers", call = { "create_order", "LTC/BTC", "limit", "sell", "1.5", "0.05" }, params = { clientOrderId = "42" },
    sends = { accounts, "POST " .. api .. 'SendOrder\n{"InstrumentId":3,"omsId":1,"AccountId":449,"TimeInForce":1,"Side":1,"Quantity":1.5,"OrderType":2,'
      .. '"LimitPrice":0.05,"ClientOrderId":42}' },
    reply = { "[449]", '{"status":"Accepted","errormsg":"","OrderId":2543565231}' }, gives = { id = "2543565231", symbol = "LTC/BTC" } },
  { "a ledger has what came in and what went out", call = { "fetch_ledger", "BTC" },
    sends = { accounts, "GET " .. api .. "GetAccountTransactions?omsId=1&AccountId=449" },
    reply = { "[449]", '[{"TransactionId":5,"ReferenceId":68,"AccountId":449,"CR":0.0,"DR":2.5,"ReferenceType":"Withdraw","ProductId":1,'
      .. '"Balance":7.5,"TimeStamp":1607532331592},{"TransactionId":4,"ReferenceId":67,"AccountId":449,"CR":10.0,"DR":0,"ReferenceType":"Deposit",'
      .. '"ProductId":1,"Balance":10,"TimeStamp":1607532331591}]' },
    gives = {
      { id = "4", currency = "BTC", direction = "in", amount = 10, before = 0, after = 10, type = "transaction" },
      { id = "5", currency = "BTC", direction = "out", amount = 2.5, before = 10, after = 7.5, type = "transaction" },
    } },
  { "a deposit tells its ways as JSON, and its time in ticks", call = { "fetch_deposits" },
    sends = { accounts, "GET " .. api .. "GetDeposits?omsId=1&AccountId=449" },
    reply = { "[449]", [=[[{"DepositId":44,"ProductId":1,"Amount":200.0,"LastUpdateTimeStamp":637431291261187806,"TicketStatus":"FullyProcessed","FeeAmount":0.5,
      "DepositInfo":"{\"TXId\":\"0x38\",\"FromAddress\":\"0x88\",\"ToAddress\":\"0x54\"}"}]]=] },
    gives = { { id = "44", currency = "BTC", amount = 200, status = "ok", updated = 1607532326118, txid = "0x38", addressFrom = "0x88", address = "0x54",
      fee = { cost = 0.5, currency = "BTC" } } } },
  { "a tag stands behind the address", call = { "fetch_deposit_address", "BTC" },
    sends = { accounts, "GET " .. api .. "GetDepositInfo?omsId=1&AccountId=449&ProductId=1&GenerateNewKey=false" },
    reply = { "[449]", [[{"result":true,"errormsg":null,"DepositInfo":"[\"rOld\",\"r3e95RwVsLH7yCbnMfyh7SA8FdwUJCB4S2?memo=241452010\"]"}]] },
    gives = { address = "r3e95RwVsLH7yCbnMfyh7SA8FdwUJCB4S2", tag = "241452010" } },
  { "a withdrawal fills in a form", call = { "withdraw", "BTC", "0.1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" }, params = { TFaCode = "123456" },
    sends = {
      accounts, "GET " .. api .. "GetWithdrawTemplateTypes?omsId=1&AccountId=449&ProductId=1",
      "GET " .. api .. "GetWithdrawTemplate?omsId=1&AccountId=449&ProductId=1&TemplateType=ToExternalBitcoinAddress&AccountProviderId=14",
      "POST " .. api .. [[CreateWithdrawTicket
{"TfaType":"Google","TFaCode":"123456","Payload":"{\"omsId\":1,\"AccountId\":449,\"ProductId\":\"1\",\"Amount\":0.1,]]
        .. [[\"TemplateForm\":\"{\\\"ExternalAddress\\\":\\\"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\\\",\\\"TemplateType\\\":\\\"ToExternalBitcoinAddress\\\"}\",]]
        .. [[\"TemplateType\":\"ToExternalBitcoinAddress\"}"}]],
    },
    reply = {
      "[449]", '{"result":true,"errormsg":null,"TemplateTypes":[{"AccountProviderId":"14","TemplateName":"ToExternalBitcoinAddress"}]}',
      [[{"result":true,"Template":"{\"TemplateType\":\"ToExternalBitcoinAddress\",\"ExternalAddress\":\"\"}"}]],
      '{"result":true,"errormsg":null,"WithdrawId":9,"TicketStatus":"New"}',
    },
    gives = { id = "9", status = "pending" } },
}
