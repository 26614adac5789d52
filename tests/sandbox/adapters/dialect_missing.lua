-- expect: exit 2|5, stderr "dialect 'nowhere'"
-- call: fetch_balance
dialect("nowhere")
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}
