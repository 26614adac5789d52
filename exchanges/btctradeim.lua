-- BtcTrade.im: spot; closed. Docs were at https://www.btctrade.im/help.api.html ; see dialects/jubi.lua. Replies are wrapped: {code, msg, data},
-- where a code other than 0 is a failure.
local jubi = dialect "jubi"

return with(jubi.regional("btc eth usc", "data"), {
  hosts = { api = "https://api.btctrade.im/api/v1", web = "https://api.btctrade.im/coin" },
  fees = { taker = 0.002, maker = 0.002 },
  failed = function(reply)
    if reply.data ~= nil and reply.code ~= "0" then return reply.code or "unknown", reply.msg end
    return jubi.failed(reply)
  end,
})
