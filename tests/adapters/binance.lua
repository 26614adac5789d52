-- Binance: keys of other sorts than the HMAC secret of the recorded vectors. The private keys are published for tests (RFC 7515, A.2; RFC 8032, 7.1, TEST 1);
-- the signatures were made with the openssl program.
local rsa = [[
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO
jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL
aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn
juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5
ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf
toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg
VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW
PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G
O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj
kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6
XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB
4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K
pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr
0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE
lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6
kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP
rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw
kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp
5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2
9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/
evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG
yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj
OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2
tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3
ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56
03k2+ZQwVK0JKSHuLFkuQ3U=
-----END PRIVATE KEY-----
]]
local ed25519 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"
local account = "GET https://api.binance.com/api/v3/account?timestamp=1718454896789&recvWindow=10000&signature="
local by_rsa = "fTZSwUcPNsUx2%2FG7okn%2ByV%2BvFOGLxDbWuTeeBE%2Bi237M1DBA10JAKtNTkmWxWewGRorAiPa5ys1R4OSWLFtfZwIF%2BWX%2FMTMUE0EsAZlDlmygqcEXvd4ekKElrUCR1wEY%2BYEmq5tf"
  .. "L8hH7BR9Q3jxMV5sUQn6gn1nUgo%2Fw9JEmVxcLu0xmdev%2FRZeIeSwPT76xWG5FBsFM1S1vu41U0ElqZnw6rpBUUVWpgNW%2FaouQhmzew0cRqURTmZytOMvqxp2GF7%2BlcaAoFuvLJHASfv%2B"
  .. "HEQbRu9g3%2BLVLszZRMd7YM7XxloRBEnpOCVTqNhUdY8y3PtvbCCLcqq1rmkFK3B%2BJA%3D%3D"
local by_ed25519 = "4xcebZnRGPwz3njPYJXkrhO68FF8XYCSJgU2Oo6liWhgQVxkoSFjQ8KkMc9%2FfEI2iXAlGFNYA30n0fbma1CDAw%3D%3D"
local by_hmac = "037ea58b4415f77f308088005cae835636fa5565a533b0162e92a08827a410eb"
local function of(secret) return { apiKey = "testApiKey0123456789", secret = secret } end
local reply, gives = '{"balances":[{"asset":"BTC","free":"0.50","locked":"0.25"}]}', { BTC = { free = 0.5, used = 0.25, total = 0.75 } }

return {
  markets = {
    { id = "BTCUSDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.00001, price = 0.01 } },
    { id = "BTC-231229-40000-C", symbol = "BTC/USDT:USDT-231229-40000-C", base = "BTC", quote = "USDT", settle = "USDT", baseId = "BTC", quoteId = "USDT",
      settleId = "USDT", type = "option", option = true, contract = true, linear = true, contractSize = 1, strike = 40000, optionType = "call",
      expiry = 1703836800000, precision = { amount = 0.01, price = 5 } },
  },

  { "an HMAC secret", call = { "fetch_balance" }, sends = account .. by_hmac, reply = reply, gives = gives },
  { "an RSA key", call = { "fetch_balance" }, credentials = of(rsa), sends = account .. by_rsa, reply = reply, gives = gives },
  { "an RSA key with \\n spelled out, as variables of the environment have it", call = { "fetch_balance" }, credentials = of(rsa:gsub("\n", "\\n")),
    sends = account .. by_rsa, reply = reply, gives = gives },
  { "an RSA key without the lines of a PEM", call = { "fetch_balance" }, credentials = of(rsa:gsub("%-[^\n]*%-", ""):gsub("\n", "")),
    sends = account .. by_rsa, reply = reply, gives = gives },
  { "an Ed25519 key", call = { "fetch_balance" }, credentials = of(ed25519), sends = account .. by_ed25519, reply = reply, gives = gives },
  { "an order is signed in its body", call = { "create_order", "BTC/USDT", "limit", "buy", "0.5", "25000" }, credentials = of(ed25519),
    params = { newClientOrderId = "x1" },
    sends = "POST https://api.binance.com/api/v3/order\ntimestamp=1718454896789&symbol=BTCUSDT&side=BUY&newClientOrderId=x1&newOrderRespType=FULL&type=LIMIT"
      .. "&quantity=0.5&price=25000&timeInForce=GTC&recvWindow=10000&signature=kgwpIwCNjTKfpkXm9BJ6eRniFNRt3KybakCxyWlWE3HUAKcqrmgoH3Tm4xcRQz5ImqXjNxO0QeIR88Y0agm7Dg%3D%3D",
    reply = '{"symbol":"BTCUSDT","orderId":12}', gives = { id = "12" } },
  { "greeks of an option", call = { "fetch_greeks", "BTC/USDT:USDT-231229-40000-C" },
    sends = "GET https://eapi.binance.com/eapi/v1/mark?symbol=BTC-231229-40000-C",
    reply = '[{"symbol":"BTC-231229-40000-C","markPrice":"2012","bidIV":"0.60","askIV":"0.62","markIV":"0.61","delta":"0.39","theta":"-32.1"}]',
    gives = { symbol = "BTC/USDT:USDT-231229-40000-C", delta = 0.39, theta = -32.1, markPrice = 2012, bidImpliedVolatility = 0.6 } },
  { "greeks are told of options only", call = { "fetch_greeks", "BTC/USDT" }, fails = "NotSupported" },
  { "the price of an option", call = { "fetch_option", "BTC/USDT:USDT-231229-40000-C" },
    sends = "GET https://eapi.binance.com/eapi/v1/ticker?symbol=BTC-231229-40000-C",
    reply = '[{"symbol":"BTC-231229-40000-C","lastPrice":"2750","bidPrice":"4880","askPrice":"0","exercisePrice":"63944.1","volume":"3"}]',
    gives = { symbol = "BTC/USDT:USDT-231229-40000-C", bidPrice = 4880, lastPrice = 2750, underlyingPrice = 63944.1, baseVolume = 3 } },
  { "options settled", call = { "fetch_settlement_history", "BTC/USDT:USDT-231229-40000-C", json.null, 5 },
    sends = "GET https://eapi.binance.com/eapi/v1/exerciseHistory?underlying=BTCUSDT&limit=5",
    reply = '[{"symbol":"BTC-231229-40000-C","strikePrice":"40000","realStrikePrice":"42140.1","expiryDate":1703836800000}]',
    gives = { { symbol = "BTC/USDT:USDT-231229-40000-C", price = 42140.1, timestamp = 1703836800000 } } },
}
