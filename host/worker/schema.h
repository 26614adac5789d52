/* What the unified structures are made of: one row a field. Adding a field is adding a row. */
#ifndef BOURSE_SCHEMA_H
#define BOURSE_SCHEMA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum slot_type {
  SLOT_NUMBER,     /* decimal; a float in Lua */
  SLOT_TEXT,       /* text only */
  SLOT_ID,         /* text, or the exact text of a number */
  SLOT_TIME,       /* ms; an integer in Lua */
  SLOT_INTEGER,
  SLOT_BOOL,
  SLOT_TRADES,     /* list of trades */
  SLOT_FEES,       /* list of fees */
  SLOT_TABLE       /* each{}, or a table of a function: as it is */
};

#define TICKER_FIELDS(F) \
  F(TICKER, symbol,        "symbol",        SLOT_TEXT) \
  F(TICKER, id,            "id",            SLOT_ID) \
  F(TICKER, timestamp,     "timestamp",     SLOT_TIME) \
  F(TICKER, datetime,      "datetime",      SLOT_TEXT) \
  F(TICKER, high,          "high",          SLOT_NUMBER) \
  F(TICKER, low,           "low",           SLOT_NUMBER) \
  F(TICKER, bid,           "bid",           SLOT_NUMBER) \
  F(TICKER, bidVolume,     "bidVolume",     SLOT_NUMBER) \
  F(TICKER, ask,           "ask",           SLOT_NUMBER) \
  F(TICKER, askVolume,     "askVolume",     SLOT_NUMBER) \
  F(TICKER, vwap,          "vwap",          SLOT_NUMBER) \
  F(TICKER, open,          "open",          SLOT_NUMBER) \
  F(TICKER, close,         "close",         SLOT_NUMBER) \
  F(TICKER, last,          "last",          SLOT_NUMBER) \
  F(TICKER, previousClose, "previousClose", SLOT_NUMBER) \
  F(TICKER, change,        "change",        SLOT_NUMBER) \
  F(TICKER, percentage,    "percentage",    SLOT_NUMBER) \
  F(TICKER, average,       "average",       SLOT_NUMBER) \
  F(TICKER, baseVolume,    "baseVolume",    SLOT_NUMBER) \
  F(TICKER, quoteVolume,   "quoteVolume",   SLOT_NUMBER) \
  F(TICKER, markPrice,     "markPrice",     SLOT_NUMBER) \
  F(TICKER, indexPrice,    "indexPrice",    SLOT_NUMBER) \
  F(TICKER, price,         "price",         SLOT_NUMBER) \
  F(TICKER, side,          "side",          SLOT_TEXT) \
  F(TICKER, received,      "received",      SLOT_TIME)

#define TRADE_FIELDS(F) \
  F(TRADE, id,           "id",           SLOT_ID) \
  F(TRADE, order,        "order",        SLOT_ID) \
  F(TRADE, timestamp,    "timestamp",    SLOT_TIME) \
  F(TRADE, datetime,     "datetime",     SLOT_TEXT) \
  F(TRADE, symbol,       "symbol",       SLOT_TEXT) \
  F(TRADE, type,         "type",         SLOT_TEXT) \
  F(TRADE, side,         "side",         SLOT_TEXT) \
  F(TRADE, takerOrMaker, "takerOrMaker", SLOT_TEXT) \
  F(TRADE, price,        "price",        SLOT_NUMBER) \
  F(TRADE, amount,       "amount",       SLOT_NUMBER) \
  F(TRADE, cost,         "cost",         SLOT_NUMBER) \
  F(TRADE, fee_cost,     "fee.cost",     SLOT_NUMBER) \
  F(TRADE, fee_currency, "fee.currency", SLOT_ID) \
  F(TRADE, fee_rate,     "fee.rate",     SLOT_NUMBER) \
  F(TRADE, fees,         "fees",         SLOT_FEES)

#define ORDER_FIELDS(F) \
  F(ORDER, id,                  "id",                  SLOT_ID) \
  F(ORDER, clientOrderId,       "clientOrderId",       SLOT_ID) \
  F(ORDER, timestamp,           "timestamp",           SLOT_TIME) \
  F(ORDER, datetime,            "datetime",            SLOT_TEXT) \
  F(ORDER, lastTradeTimestamp,  "lastTradeTimestamp",  SLOT_TIME) \
  F(ORDER, lastUpdateTimestamp, "lastUpdateTimestamp", SLOT_TIME) \
  F(ORDER, status,              "status",              SLOT_TEXT) \
  F(ORDER, symbol,              "symbol",              SLOT_TEXT) \
  F(ORDER, type,                "type",                SLOT_TEXT) \
  F(ORDER, timeInForce,         "timeInForce",         SLOT_TEXT) \
  F(ORDER, side,                "side",                SLOT_TEXT) \
  F(ORDER, price,               "price",               SLOT_NUMBER) \
  F(ORDER, average,             "average",             SLOT_NUMBER) \
  F(ORDER, amount,              "amount",              SLOT_NUMBER) \
  F(ORDER, filled,              "filled",              SLOT_NUMBER) \
  F(ORDER, remaining,           "remaining",           SLOT_NUMBER) \
  F(ORDER, cost,                "cost",                SLOT_NUMBER) \
  F(ORDER, triggerPrice,        "triggerPrice",        SLOT_NUMBER) \
  F(ORDER, stopPrice,           "stopPrice",           SLOT_NUMBER) \
  F(ORDER, stopLossPrice,       "stopLossPrice",       SLOT_NUMBER) \
  F(ORDER, takeProfitPrice,     "takeProfitPrice",     SLOT_NUMBER) \
  F(ORDER, reduceOnly,          "reduceOnly",          SLOT_BOOL) \
  F(ORDER, postOnly,            "postOnly",            SLOT_BOOL) \
  F(ORDER, marginMode,          "marginMode",          SLOT_TEXT) \
  F(ORDER, leverage,            "leverage",            SLOT_NUMBER) \
  F(ORDER, hedged,              "hedged",              SLOT_BOOL) \
  F(ORDER, fee_cost,            "fee.cost",            SLOT_NUMBER) \
  F(ORDER, fee_currency,        "fee.currency",        SLOT_ID) \
  F(ORDER, fee_rate,            "fee.rate",            SLOT_NUMBER) \
  F(ORDER, fees,                "fees",                SLOT_FEES) \
  F(ORDER, trades,              "trades",              SLOT_TRADES)

#define BALANCE_FIELDS(F) \
  F(BALANCE, currency, "currency", SLOT_ID) \
  F(BALANCE, free,     "free",     SLOT_NUMBER) \
  F(BALANCE, used,     "used",     SLOT_NUMBER) \
  F(BALANCE, total,    "total",    SLOT_NUMBER) \
  F(BALANCE, debt,     "debt",     SLOT_NUMBER)

#define MARKET_FIELDS(F) \
  F(MARKET, id,              "id",                    SLOT_ID) \
  F(MARKET, lowercaseId,     "lowercaseId",           SLOT_ID) \
  F(MARKET, symbol,          "symbol",                SLOT_TEXT) \
  F(MARKET, base,            "base",                  SLOT_ID) \
  F(MARKET, quote,           "quote",                 SLOT_ID) \
  F(MARKET, settle,          "settle",                SLOT_ID) \
  F(MARKET, baseId,          "baseId",                SLOT_ID) \
  F(MARKET, quoteId,         "quoteId",               SLOT_ID) \
  F(MARKET, settleId,        "settleId",              SLOT_ID) \
  F(MARKET, type,            "type",                  SLOT_TEXT) \
  F(MARKET, subType,         "subType",               SLOT_TEXT) \
  F(MARKET, spot,            "spot",                  SLOT_BOOL) \
  F(MARKET, margin,          "margin",                SLOT_BOOL) \
  F(MARKET, swap,            "swap",                  SLOT_BOOL) \
  F(MARKET, future,          "future",                SLOT_BOOL) \
  F(MARKET, option,          "option",                SLOT_BOOL) \
  F(MARKET, contract,        "contract",              SLOT_BOOL) \
  F(MARKET, linear,          "linear",                SLOT_BOOL) \
  F(MARKET, inverse,         "inverse",               SLOT_BOOL) \
  F(MARKET, active,          "active",                SLOT_BOOL) \
  F(MARKET, contractSize,    "contractSize",          SLOT_NUMBER) \
  F(MARKET, expiry,          "expiry",                SLOT_TIME) \
  F(MARKET, expiryDatetime,  "expiryDatetime",        SLOT_TEXT) \
  F(MARKET, strike,          "strike",                SLOT_NUMBER) \
  F(MARKET, optionType,      "optionType",            SLOT_TEXT) \
  F(MARKET, taker,           "taker",                 SLOT_NUMBER) \
  F(MARKET, maker,           "maker",                 SLOT_NUMBER) \
  F(MARKET, percentage,      "percentage",            SLOT_BOOL) \
  F(MARKET, tierBased,       "tierBased",             SLOT_BOOL) \
  F(MARKET, feeSide,         "feeSide",               SLOT_TEXT) \
  F(MARKET, precision_amount, "precision.amount",     SLOT_NUMBER) \
  F(MARKET, precision_price, "precision.price",       SLOT_NUMBER) \
  F(MARKET, precision_cost,  "precision.cost",        SLOT_NUMBER) \
  F(MARKET, precision_base,  "precision.base",        SLOT_NUMBER) \
  F(MARKET, precision_quote, "precision.quote",       SLOT_NUMBER) \
  F(MARKET, amount_min,      "limits.amount.min",     SLOT_NUMBER) \
  F(MARKET, amount_max,      "limits.amount.max",     SLOT_NUMBER) \
  F(MARKET, price_min,       "limits.price.min",      SLOT_NUMBER) \
  F(MARKET, price_max,       "limits.price.max",      SLOT_NUMBER) \
  F(MARKET, cost_min,        "limits.cost.min",       SLOT_NUMBER) \
  F(MARKET, cost_max,        "limits.cost.max",       SLOT_NUMBER) \
  F(MARKET, leverage_min,    "limits.leverage.min",   SLOT_NUMBER) \
  F(MARKET, leverage_max,    "limits.leverage.max",   SLOT_NUMBER) \
  F(MARKET, leverage_super,  "limits.leverage.superMax", SLOT_NUMBER) \
  F(MARKET, market_min,      "limits.market.min",     SLOT_NUMBER) \
  F(MARKET, market_max,      "limits.market.max",     SLOT_NUMBER) \
  F(MARKET, cross,           "marginModes.cross",     SLOT_BOOL) \
  F(MARKET, isolated,        "marginModes.isolated",  SLOT_BOOL) \
  F(MARKET, created,         "created",               SLOT_TIME)

#define CURRENCY_FIELDS(F) \
  F(CURRENCY, id,           "id",                  SLOT_ID) \
  F(CURRENCY, numericId,    "numericId",           SLOT_NUMBER) \
  F(CURRENCY, code,         "code",                SLOT_ID) \
  F(CURRENCY, name,         "name",                SLOT_ID) \
  F(CURRENCY, type,         "type",                SLOT_TEXT) \
  F(CURRENCY, active,       "active",              SLOT_BOOL) \
  F(CURRENCY, deposit,      "deposit",             SLOT_BOOL) \
  F(CURRENCY, withdraw,     "withdraw",            SLOT_BOOL) \
  F(CURRENCY, margin,       "margin",              SLOT_BOOL) \
  F(CURRENCY, fee,          "fee",                 SLOT_NUMBER) \
  F(CURRENCY, precision,    "precision",           SLOT_NUMBER) \
  F(CURRENCY, amount_min,   "limits.amount.min",   SLOT_NUMBER) \
  F(CURRENCY, amount_max,   "limits.amount.max",   SLOT_NUMBER) \
  F(CURRENCY, price_min,    "limits.price.min",    SLOT_NUMBER) \
  F(CURRENCY, price_max,    "limits.price.max",    SLOT_NUMBER) \
  F(CURRENCY, cost_min,     "limits.cost.min",     SLOT_NUMBER) \
  F(CURRENCY, cost_max,     "limits.cost.max",     SLOT_NUMBER) \
  F(CURRENCY, withdraw_min, "limits.withdraw.min", SLOT_NUMBER) \
  F(CURRENCY, withdraw_max, "limits.withdraw.max", SLOT_NUMBER) \
  F(CURRENCY, deposit_min,  "limits.deposit.min",  SLOT_NUMBER) \
  F(CURRENCY, deposit_max,  "limits.deposit.max",  SLOT_NUMBER) \
  F(CURRENCY, fees,         "fees",                SLOT_TABLE) \
  F(CURRENCY, networks,     "networks",            SLOT_TABLE)

#define TRANSACTION_FIELDS(F) \
  F(TRANSACTION, id,           "id",           SLOT_ID) \
  F(TRANSACTION, txid,         "txid",         SLOT_ID) \
  F(TRANSACTION, timestamp,    "timestamp",    SLOT_TIME) \
  F(TRANSACTION, datetime,     "datetime",     SLOT_TEXT) \
  F(TRANSACTION, type,         "type",         SLOT_TEXT) \
  F(TRANSACTION, currency,     "currency",     SLOT_ID) \
  F(TRANSACTION, network,      "network",      SLOT_ID) \
  F(TRANSACTION, amount,       "amount",       SLOT_NUMBER) \
  F(TRANSACTION, address,      "address",      SLOT_ID) \
  F(TRANSACTION, addressFrom,  "addressFrom",  SLOT_ID) \
  F(TRANSACTION, addressTo,    "addressTo",    SLOT_ID) \
  F(TRANSACTION, tag,          "tag",          SLOT_ID) \
  F(TRANSACTION, tagFrom,      "tagFrom",      SLOT_ID) \
  F(TRANSACTION, tagTo,        "tagTo",        SLOT_ID) \
  F(TRANSACTION, status,       "status",       SLOT_TEXT) \
  F(TRANSACTION, updated,      "updated",      SLOT_TIME) \
  F(TRANSACTION, internal,     "internal",     SLOT_BOOL) \
  F(TRANSACTION, comment,      "comment",      SLOT_ID) \
  F(TRANSACTION, fee_cost,     "fee.cost",     SLOT_NUMBER) \
  F(TRANSACTION, fee_currency, "fee.currency", SLOT_ID) \
  F(TRANSACTION, fee_rate,     "fee.rate",     SLOT_NUMBER)

#define TRANSFER_FIELDS(F) \
  F(TRANSFER, id,          "id",          SLOT_ID) \
  F(TRANSFER, timestamp,   "timestamp",   SLOT_TIME) \
  F(TRANSFER, datetime,    "datetime",    SLOT_TEXT) \
  F(TRANSFER, currency,    "currency",    SLOT_ID) \
  F(TRANSFER, amount,      "amount",      SLOT_NUMBER) \
  F(TRANSFER, fromAccount, "fromAccount", SLOT_ID) \
  F(TRANSFER, toAccount,   "toAccount",   SLOT_ID) \
  F(TRANSFER, status,      "status",      SLOT_TEXT)

#define LEDGER_FIELDS(F) \
  F(LEDGER, id,               "id",               SLOT_ID) \
  F(LEDGER, timestamp,        "timestamp",        SLOT_TIME) \
  F(LEDGER, datetime,         "datetime",         SLOT_TEXT) \
  F(LEDGER, direction,        "direction",        SLOT_TEXT) \
  F(LEDGER, account,          "account",          SLOT_ID) \
  F(LEDGER, referenceId,      "referenceId",      SLOT_ID) \
  F(LEDGER, referenceAccount, "referenceAccount", SLOT_ID) \
  F(LEDGER, type,             "type",             SLOT_TEXT) \
  F(LEDGER, currency,         "currency",         SLOT_ID) \
  F(LEDGER, amount,           "amount",           SLOT_NUMBER) \
  F(LEDGER, before,           "before",           SLOT_NUMBER) \
  F(LEDGER, after,            "after",            SLOT_NUMBER) \
  F(LEDGER, status,           "status",           SLOT_TEXT) \
  F(LEDGER, fee_cost,         "fee.cost",         SLOT_NUMBER) \
  F(LEDGER, fee_currency,     "fee.currency",     SLOT_ID) \
  F(LEDGER, fee_rate,         "fee.rate",         SLOT_NUMBER)

#define ADDRESS_FIELDS(F) \
  F(ADDRESS, currency, "currency", SLOT_ID) \
  F(ADDRESS, network,  "network",  SLOT_ID) \
  F(ADDRESS, address,  "address",  SLOT_ID) \
  F(ADDRESS, tag,      "tag",      SLOT_ID) \
  F(ADDRESS, note,     "note",     SLOT_ID)

#define TRADING_FEE_FIELDS(F) \
  F(TRADING_FEE, symbol,     "symbol",     SLOT_TEXT) \
  F(TRADING_FEE, maker,      "maker",      SLOT_NUMBER) \
  F(TRADING_FEE, taker,      "taker",      SLOT_NUMBER) \
  F(TRADING_FEE, percentage, "percentage", SLOT_BOOL) \
  F(TRADING_FEE, tierBased,  "tierBased",  SLOT_BOOL)

#define WITHDRAW_FEE_FIELDS(F) \
  F(WITHDRAW_FEE, currency,            "currency",            SLOT_ID) \
  F(WITHDRAW_FEE, withdraw_fee,        "withdraw.fee",        SLOT_NUMBER) \
  F(WITHDRAW_FEE, withdraw_percentage, "withdraw.percentage", SLOT_BOOL) \
  F(WITHDRAW_FEE, deposit_fee,         "deposit.fee",         SLOT_NUMBER) \
  F(WITHDRAW_FEE, deposit_percentage,  "deposit.percentage",  SLOT_BOOL) \
  F(WITHDRAW_FEE, networks,            "networks",            SLOT_TABLE)

#define ACCOUNT_FIELDS(F) \
  F(ACCOUNT, id,   "id",   SLOT_ID) \
  F(ACCOUNT, type, "type", SLOT_ID) \
  F(ACCOUNT, name, "name", SLOT_ID) \
  F(ACCOUNT, code, "code", SLOT_ID)

#define STATUS_FIELDS(F) \
  F(STATUS, status,  "status",  SLOT_TEXT) \
  F(STATUS, updated, "updated", SLOT_TIME) \
  F(STATUS, eta,     "eta",     SLOT_TIME) \
  F(STATUS, url,     "url",     SLOT_TEXT)

#define POSITION_FIELDS(F) \
  F(POSITION, id,                          "id",                          SLOT_ID) \
  F(POSITION, symbol,                      "symbol",                      SLOT_TEXT) \
  F(POSITION, timestamp,                   "timestamp",                   SLOT_TIME) \
  F(POSITION, datetime,                    "datetime",                    SLOT_TEXT) \
  F(POSITION, lastUpdateTimestamp,         "lastUpdateTimestamp",         SLOT_TIME) \
  F(POSITION, side,                        "side",                        SLOT_TEXT) \
  F(POSITION, contracts,                   "contracts",                   SLOT_NUMBER) \
  F(POSITION, contractSize,                "contractSize",                SLOT_NUMBER) \
  F(POSITION, entryPrice,                  "entryPrice",                  SLOT_NUMBER) \
  F(POSITION, markPrice,                   "markPrice",                   SLOT_NUMBER) \
  F(POSITION, lastPrice,                   "lastPrice",                   SLOT_NUMBER) \
  F(POSITION, notional,                    "notional",                    SLOT_NUMBER) \
  F(POSITION, leverage,                    "leverage",                    SLOT_NUMBER) \
  F(POSITION, collateral,                  "collateral",                  SLOT_NUMBER) \
  F(POSITION, unrealizedPnl,               "unrealizedPnl",               SLOT_NUMBER) \
  F(POSITION, realizedPnl,                 "realizedPnl",                 SLOT_NUMBER) \
  F(POSITION, liquidationPrice,            "liquidationPrice",            SLOT_NUMBER) \
  F(POSITION, marginMode,                  "marginMode",                  SLOT_TEXT) \
  F(POSITION, hedged,                      "hedged",                      SLOT_BOOL) \
  F(POSITION, initialMargin,               "initialMargin",               SLOT_NUMBER) \
  F(POSITION, initialMarginPercentage,     "initialMarginPercentage",     SLOT_NUMBER) \
  F(POSITION, maintenanceMargin,           "maintenanceMargin",           SLOT_NUMBER) \
  F(POSITION, maintenanceMarginPercentage, "maintenanceMarginPercentage", SLOT_NUMBER) \
  F(POSITION, marginRatio,                 "marginRatio",                 SLOT_NUMBER) \
  F(POSITION, percentage,                  "percentage",                  SLOT_NUMBER) \
  F(POSITION, stopLossPrice,               "stopLossPrice",               SLOT_NUMBER) \
  F(POSITION, takeProfitPrice,             "takeProfitPrice",             SLOT_NUMBER)

#define FUNDING_RATE_FIELDS(F) \
  F(FUNDING_RATE, symbol,                   "symbol",                   SLOT_TEXT) \
  F(FUNDING_RATE, timestamp,                "timestamp",                SLOT_TIME) \
  F(FUNDING_RATE, datetime,                 "datetime",                 SLOT_TEXT) \
  F(FUNDING_RATE, fundingRate,              "fundingRate",              SLOT_NUMBER) \
  F(FUNDING_RATE, fundingTimestamp,         "fundingTimestamp",         SLOT_TIME) \
  F(FUNDING_RATE, fundingDatetime,          "fundingDatetime",          SLOT_TEXT) \
  F(FUNDING_RATE, nextFundingRate,          "nextFundingRate",          SLOT_NUMBER) \
  F(FUNDING_RATE, nextFundingTimestamp,     "nextFundingTimestamp",     SLOT_TIME) \
  F(FUNDING_RATE, nextFundingDatetime,      "nextFundingDatetime",      SLOT_TEXT) \
  F(FUNDING_RATE, previousFundingRate,      "previousFundingRate",      SLOT_NUMBER) \
  F(FUNDING_RATE, previousFundingTimestamp, "previousFundingTimestamp", SLOT_TIME) \
  F(FUNDING_RATE, previousFundingDatetime,  "previousFundingDatetime",  SLOT_TEXT) \
  F(FUNDING_RATE, markPrice,                "markPrice",                SLOT_NUMBER) \
  F(FUNDING_RATE, indexPrice,               "indexPrice",               SLOT_NUMBER) \
  F(FUNDING_RATE, interestRate,             "interestRate",             SLOT_NUMBER) \
  F(FUNDING_RATE, estimatedSettlePrice,     "estimatedSettlePrice",     SLOT_NUMBER) \
  F(FUNDING_RATE, interval,                 "interval",                 SLOT_ID)

#define BOOK_FIELDS(F) \
  F(BOOK, symbol,    "symbol",    SLOT_TEXT) \
  F(BOOK, timestamp, "timestamp", SLOT_TIME) \
  F(BOOK, datetime,  "datetime",  SLOT_TEXT) \
  F(BOOK, nonce,     "nonce",     SLOT_INTEGER)

#define CANDLE_FIELDS(F) \
  F(CANDLE, time,   "time",   SLOT_TIME) \
  F(CANDLE, open,   "open",   SLOT_NUMBER) \
  F(CANDLE, high,   "high",   SLOT_NUMBER) \
  F(CANDLE, low,    "low",    SLOT_NUMBER) \
  F(CANDLE, close,  "close",  SLOT_NUMBER) \
  F(CANDLE, volume, "volume", SLOT_NUMBER)

/* Fields of each{} whose kind is known by name; all others are as on the wire. */
#define EACH_FIELDS(F) \
  F(EACH, fee,                   "fee",                   SLOT_NUMBER) \
  F(EACH, precision,             "precision",             SLOT_NUMBER) \
  F(EACH, min,                   "min",                   SLOT_NUMBER) \
  F(EACH, max,                   "max",                   SLOT_NUMBER) \
  F(EACH, cost,                  "cost",                  SLOT_NUMBER) \
  F(EACH, rate,                  "rate",                  SLOT_NUMBER) \
  F(EACH, minNotional,           "minNotional",           SLOT_NUMBER) \
  F(EACH, maxNotional,           "maxNotional",           SLOT_NUMBER) \
  F(EACH, maxLeverage,           "maxLeverage",           SLOT_NUMBER) \
  F(EACH, maintenanceMarginRate, "maintenanceMarginRate", SLOT_NUMBER) \
  F(EACH, active,                "active",                SLOT_BOOL) \
  F(EACH, deposit,               "deposit",               SLOT_BOOL) \
  F(EACH, withdraw,              "withdraw",              SLOT_BOOL)

#define ALL_SCHEMAS(S) S(TICKER) S(TRADE) S(ORDER) S(BALANCE) S(MARKET) S(CURRENCY) S(TRANSACTION) S(TRANSFER) S(LEDGER) S(ADDRESS) \
  S(TRADING_FEE) S(WITHDRAW_FEE) S(ACCOUNT) S(STATUS) S(POSITION) S(FUNDING_RATE) S(BOOK) S(CANDLE) S(EACH)

#define SLOT_ENUM(K, f, name, type) K##_##f,
#define SCHEMA_ENUM(K) enum { K##_FIELDS(SLOT_ENUM) K##_COUNT };
SCHEMA_ENUM(TICKER) SCHEMA_ENUM(TRADE) SCHEMA_ENUM(ORDER) SCHEMA_ENUM(BALANCE) SCHEMA_ENUM(MARKET) SCHEMA_ENUM(CURRENCY)
SCHEMA_ENUM(TRANSACTION) SCHEMA_ENUM(TRANSFER) SCHEMA_ENUM(LEDGER) SCHEMA_ENUM(ADDRESS) SCHEMA_ENUM(TRADING_FEE)
SCHEMA_ENUM(WITHDRAW_FEE) SCHEMA_ENUM(ACCOUNT) SCHEMA_ENUM(STATUS) SCHEMA_ENUM(POSITION) SCHEMA_ENUM(FUNDING_RATE)
SCHEMA_ENUM(BOOK) SCHEMA_ENUM(CANDLE) SCHEMA_ENUM(EACH)

#define SCHEMA_ID(K) SCHEMA_##K,
enum schema_id { ALL_SCHEMAS(SCHEMA_ID) SCHEMA_COUNT };

#define SCHEMA_SLOTS_MAX 64
#define SLOT_DEPTH 3             /* names in a dotted name */

typedef struct {
  const char *name;              /* dotted */
  uint8_t type;
  uint8_t depth;                 /* names in it */
  uint8_t key[SLOT_DEPTH];       /* each as an index of Schema.keys */
} SlotInfo;

typedef struct {
  enum schema_id id;
  const char *name;              /* for messages: "ticker" */
  SlotInfo *slots;
  int n;
  const char *keys[SCHEMA_SLOTS_MAX + 8];   /* the single names */
  int nkeys;
  int symbol, timestamp, datetime, currency;   /* slots that most have; -1: not */
  int16_t buckets[256];          /* names and groups by hash: 0 free, i + 1 a slot, -(i + 1) a group that slot i is in */
  bool extras;                   /* other fields are kept as they are */
  bool groups;                   /* tables inside are there even when empty */
} Schema;

const Schema *schema_of(enum schema_id id);
/* The slot of a dotted name, -1: none, -2: the name of a group ("fee", "limits.amount"). */
int schema_slot(const Schema *s, const char *name, size_t len);
#endif
