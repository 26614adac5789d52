// node ccxt_side.mjs WORK N PORT: the same work in ccxt. Prints nothing; what it costs is measured from outside.
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
const require = createRequire(process.env.BENCH_MODULES + '/');
const ccxt = require('ccxt');
const [, , work, count, port] = process.argv;
const n = Number(count);

function venue(Class = ccxt.binance) {
  const ex = new Class({ enableRateLimit: false, options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false, defaultType: 'spot' } });
  const url = `https://127.0.0.1:${port}`;
  for (const k of Object.keys(ex.urls.api)) ex.urls.api[k] = ex.urls.api[k].replace(/^https:\/\/[^/]+/, url);
  return ex;
}

async function flight(total, width, f) {
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => { while (next++ < total) await f(); }));
}

const { tests } = { tests: {
  async start() { const ex = venue(); await ex.fetchOrderBook('BTC/USDT', 100); },
  async book() { const ex = venue(); await ex.loadMarkets(); await flight(n, 16, () => ex.fetchOrderBook('BTC/USDT', 100)); },
  async tickers() { const ex = venue(); await ex.loadMarkets(); await flight(n, 16, () => ex.fetchTickers()); },
  async markets() { const ex = venue(); for (let i = 0; i < n; i++) await ex.loadMarkets(true); },
  async replay() {
    const ex = venue();
    const side = (i, step) => Array.from({ length: 10 }, (_, k) => [(64000 + (i % 977) / 7 + step * (k + 1)).toFixed(8), (0.01 + ((i + k) % 613) / 100).toFixed(8)]);
    const pool = Array.from({ length: 1000 }, (_, i) => JSON.stringify({ lastUpdateId: 40000000 + i, bids: side(i, -0.37), asks: side(i, 0.41) }));
    const market = { symbol: 'BTCUSDT', status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT', isSpotTradingAllowed: true, permissions: ['SPOT'],
      filters: [{ filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000.00', tickSize: '0.01' }, { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000.0', stepSize: '0.00001' }] };
    let at = 0, sum = 0;
    ex.fetch = async (url) => (url.includes('exchangeInfo') ? { symbols: [market] } : JSON.parse(pool[at++ % pool.length]));
    await ex.loadMarkets();
    for (let i = 0; i < n; i++) { const b = await ex.fetchOrderBook('BTC/USDT', 10); sum += b.asks[0][0] - b.bids[0][0]; }
    if (!(sum > 0)) throw new Error('no books');
  },
  async idle() { const ex = venue(); await ex.loadMarkets(); await new Promise((r) => setTimeout(r, 10000)); },
  async sign_binance() {
    const ex = venue(); ex.apiKey = 'k'.repeat(64); ex.secret = 's'.repeat(64);
    for (let i = 0; i < n; i++) ex.sign('order', 'private', 'POST', { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.001', price: '60000', timeInForce: 'GTC' });
  },
  async sign_kraken() {
    const ex = venue(ccxt.kraken); ex.apiKey = 'k'; ex.secret = Buffer.from('s'.repeat(64)).toString('base64');
    for (let i = 0; i < n; i++) ex.sign('AddOrder', 'private', 'POST', { pair: 'XXBTZUSD', type: 'buy', ordertype: 'limit', price: '60000', volume: '0.001' });
  },
  async sign_coinbase() {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const ex = venue(ccxt.coinbase); ex.apiKey = 'organizations/11/apiKeys/66'; ex.secret = privateKey.export({ type: 'sec1', format: 'pem' });
    for (let i = 0; i < n; i++) ex.sign('brokerage/accounts', ['v3', 'private'], 'GET', {});
  },
} };
await tests[work]();
process.exit(0);
