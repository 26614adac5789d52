// The replies that all sides read: Binance's wire format, made from a seed, the same bytes for everybody.
let state = 12345;
function random() {              // a small linear congruential generator: enough for prices
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
}
const decimal = (x, places) => x.toFixed(places);

export const COUNT = 2000;
const quotes = ['USDT', 'BTC', 'EUR', 'ETH', 'FDUSD'];

function pair(i) {
  const base = i === 0 ? 'BTC' : 'C' + i;
  return { base, quote: quotes[i === 0 ? 0 : i % quotes.length] };
}

export function exchangeInfo() {
  const symbols = [];
  for (let i = 0; i < COUNT; i++) {
    const { base, quote } = pair(i);
    symbols.push({
      symbol: base + quote, status: i % 50 === 49 ? 'BREAK' : 'TRADING', baseAsset: base, baseAssetPrecision: 8, quoteAsset: quote, quotePrecision: 8,
      quoteAssetPrecision: 8, baseCommissionPrecision: 8, quoteCommissionPrecision: 8,
      orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
      icebergAllowed: true, ocoAllowed: true, otoAllowed: true, quoteOrderQtyMarketAllowed: true, allowTrailingStop: true, cancelReplaceAllowed: true,
      amendAllowed: true, pegInstructionsAllowed: true, isSpotTradingAllowed: true, isMarginTradingAllowed: true,
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
        { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
        { filterType: 'ICEBERG_PARTS', limit: 10 },
        { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '118.87190168', stepSize: '0.00000000' },
        { filterType: 'TRAILING_DELTA', minTrailingAboveDelta: 10, maxTrailingAboveDelta: 2000, minTrailingBelowDelta: 10, maxTrailingBelowDelta: 2000 },
        { filterType: 'PERCENT_PRICE_BY_SIDE', bidMultiplierUp: '5', bidMultiplierDown: '0.2', askMultiplierUp: '5', askMultiplierDown: '0.2', avgPriceMins: 5 },
        { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, maxNotional: '9000000.00000000', applyMaxToMarket: false, avgPriceMins: 5 },
        { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
        { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
      ],
      permissions: [], permissionSets: [['SPOT', 'MARGIN', 'TRD_GRP_004', 'TRD_GRP_005', 'TRD_GRP_006', 'TRD_GRP_008', 'TRD_GRP_009', 'TRD_GRP_010']],
      defaultSelfTradePreventionMode: 'EXPIRE_MAKER', allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT'],
    });
  }
  return JSON.stringify({ timezone: 'UTC', serverTime: 1718454896789, rateLimits: [], exchangeFilters: [], symbols });
}

export function tickers() {
  const out = [];
  for (let i = 0; i < COUNT; i++) {
    const { base, quote } = pair(i), p = 10 + random() * 1000;
    out.push({
      symbol: base + quote, priceChange: decimal(random() * 10 - 5, 8), priceChangePercent: decimal(random() * 10 - 5, 3), weightedAvgPrice: decimal(p, 8),
      prevClosePrice: decimal(p * 0.99, 8), lastPrice: decimal(p, 8), lastQty: decimal(random(), 8), bidPrice: decimal(p * 0.9999, 8), bidQty: decimal(random() * 9, 8),
      askPrice: decimal(p * 1.0001, 8), askQty: decimal(random() * 9, 8), openPrice: decimal(p * 0.98, 8), highPrice: decimal(p * 1.05, 8),
      lowPrice: decimal(p * 0.95, 8), volume: decimal(random() * 100000, 8), quoteVolume: decimal(random() * 1e7, 8), openTime: 1718368496789,
      closeTime: 1718454896789, firstId: 1000000 + i, lastId: 1050000 + i, count: 50001,
    });
  }
  return JSON.stringify(out);
}

export function book(levels = 100) {
  const bids = [], asks = [];
  for (let i = 0; i < levels; i++) {
    bids.push([decimal(66000 - i * 0.5, 8), decimal(random() * 3, 8)]);
    asks.push([decimal(66000.5 + i * 0.5, 8), decimal(random() * 3, 8)]);
  }
  return JSON.stringify({ lastUpdateId: 48212345678, bids, asks });
}
