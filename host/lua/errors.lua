-- The tree of error classes (UNIFIED_API 8). An error is a table { class, message, venue, code, http, request, retry };
-- catching a parent catches its children: errors.is(e, "NetworkError").
local parents = {
  ExchangeError = "BaseError", OperationFailed = "BaseError", UnsubscribeError = "BaseError",
  AuthenticationError = "ExchangeError", PermissionDenied = "AuthenticationError", AccountNotEnabled = "PermissionDenied",
  AccountSuspended = "AuthenticationError", ArgumentsRequired = "ExchangeError", BadRequest = "ExchangeError",
  BadSymbol = "BadRequest", OperationRejected = "ExchangeError", NoChange = "OperationRejected",
  MarginModeAlreadySet = "NoChange", MarketClosed = "OperationRejected", ManualInteractionNeeded = "OperationRejected",
  RestrictedLocation = "OperationRejected", InsufficientFunds = "ExchangeError", InvalidAddress = "ExchangeError",
  AddressPending = "InvalidAddress", InvalidOrder = "ExchangeError", OrderNotFound = "InvalidOrder",
  OrderNotCached = "InvalidOrder", OrderImmediatelyFillable = "InvalidOrder", OrderNotFillable = "InvalidOrder",
  DuplicateOrderId = "InvalidOrder", ContractUnavailable = "InvalidOrder", NotSupported = "ExchangeError",
  InvalidProxySettings = "ExchangeError", ExchangeClosedByUser = "ExchangeError",
  NetworkError = "OperationFailed", DDoSProtection = "NetworkError", RateLimitExceeded = "NetworkError",
  ExchangeNotAvailable = "NetworkError", OnMaintenance = "ExchangeNotAvailable", InvalidNonce = "NetworkError",
  ChecksumError = "InvalidNonce", RequestTimeout = "NetworkError", BadResponse = "OperationFailed",
  NullResponse = "BadResponse", CancelPending = "OperationFailed",
}

local errors = {}

-- Is `class` a class of the tree?
function errors.known(class)
  return class == "BaseError" or parents[class] ~= nil
end

-- Is the error (or class name) of `class` or of one below it?
function errors.is(e, class)
  local c = type(e) == "table" and rawget(e, "class") or e
  while c do
    if c == class then return true end
    c = parents[c]
  end
  return false
end

-- May the same call work later? What the tree says; a venue's reply can say otherwise.
function errors.retryable(class)
  return errors.is(class, "OperationFailed") and class ~= "BadResponse" and class ~= "NullResponse"
end

-- Status of HTTP -> class, used when neither code nor text of the reply told more.
errors.http = {
  [400] = "ExchangeNotAvailable", [401] = "AuthenticationError", [403] = "ExchangeNotAvailable", [404] = "ExchangeNotAvailable",
  [405] = "ExchangeNotAvailable", [407] = "AuthenticationError", [408] = "RequestTimeout", [409] = "ExchangeNotAvailable",
  [410] = "ExchangeNotAvailable", [418] = "DDoSProtection", [422] = "ExchangeError", [429] = "RateLimitExceeded",
  [451] = "ExchangeNotAvailable", [504] = "RequestTimeout", [511] = "AuthenticationError",
}
for status = 500, 503 do errors.http[status] = "ExchangeNotAvailable" end
for status = 520, 530 do errors.http[status] = "ExchangeNotAvailable" end

-- A 4xx is permanent: the class follows custom, the advice does not invite a retry.
function errors.http_retry(status)
  return status >= 500 or status == 408 or status == 418 or status == 429
end

local show = { __tostring = function(e)
  return (e.venue and e.venue .. ": " or "") .. (e.class or "Error") .. ": " .. tostring(e.message)
end }

-- A new error table; fields beside class and message in `more`.
function errors.new(class, message, more)
  local e = { class = class, message = message, retry = errors.retryable(class) }
  for k, v in pairs(more or {}) do e[k] = v end
  return setmetatable(e, show)
end

-- The metatable of errors, for those that come as plain data from elsewhere.
errors.shown = show

return errors
