-- FCoin, closed. API: https://developer.fcoin.com (dialects/fcoin.lua)
return with(dialect "fcoin", { hosts = { api = "https://api.fcoin.com", www = "https://www.fcoin.com" } })
