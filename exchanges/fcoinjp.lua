-- FCoinJP, closed. API: https://developer.fcoin.com (dialects/fcoin.lua)
return with(dialect "fcoin", { hosts = { api = "https://api.fcoinjp.com", www = "https://www.fcoinjp.com" } })
