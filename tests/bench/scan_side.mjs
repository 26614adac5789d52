// node scan_side.mjs gaps|cycles N SIZE...: the work of work/gaps.lua and work/cycles.lua in JavaScript, the same figures from the same seed. With
// "say" as the last argument it prints what it found.
const [, , work, count, ...sizes] = process.argv;
let state = 12345;
function random() { state = state * 48271 % 2147483647; return state / 2147483647; }

function makeTickers(venues, symbols) {
  const all = {};
  for (let v = 1; v <= venues; v++) {
    const list = {};
    for (let s = 1; s <= symbols; s++) {
      const symbol = `C${s}/USDT`, mid = s * (1 + (random() - 0.5) / 200);
      list[symbol] = { symbol, timestamp: 1718454896789, datetime: '2024-06-15T12:34:56.789Z', high: mid * 1.05, low: mid * 0.95, bid: mid * 0.9995,
        bidVolume: random() * 9, ask: mid * 1.0005, askVolume: random() * 9, vwap: mid, open: mid * 0.98, close: mid, last: mid, previousClose: mid,
        change: mid * 0.02, percentage: 2.04, average: mid * 0.99, baseVolume: 12345.678, quoteVolume: 12345.678 * mid };
    }
    all['venue' + v] = list;
  }
  return all;
}

// The two best of either side for each symbol, then the best pair of different venues.
function gaps(all, fee, min, limit) {
  const best = new Map();
  for (const venue in all) {
    for (const t of Object.values(all[venue])) {            // twice as fast as for (symbol in ...)
      if (!(t.bid < t.ask)) continue;
      const buy = t.ask * (1 + fee), sell = t.bid * (1 - fee);
      let b = best.get(t.symbol);
      if (b === undefined) {
        b = { buy1: Infinity, buy2: Infinity, sell1: 0, sell2: 0, b1: null, b2: null, s1: null, s2: null, bv1: '', bv2: '', sv1: '', sv2: '' };
        best.set(t.symbol, b);
      }
      if (buy < b.buy1) { b.buy2 = b.buy1; b.b2 = b.b1; b.bv2 = b.bv1; b.buy1 = buy; b.b1 = t; b.bv1 = venue; }
      else if (buy < b.buy2) { b.buy2 = buy; b.b2 = t; b.bv2 = venue; }
      if (sell > b.sell1) { b.sell2 = b.sell1; b.s2 = b.s1; b.sv2 = b.sv1; b.sell1 = sell; b.s1 = t; b.sv1 = venue; }
      else if (sell > b.sell2) { b.sell2 = sell; b.s2 = t; b.sv2 = venue; }
    }
  }
  const out = [];
  for (const [symbol, b] of best) {
    let second = 0;
    if (b.bv1 === b.sv1) second = b.sell1 / b.buy2 > b.sell2 / b.buy1 ? 1 : 2;
    const buy = second === 1 ? b.buy2 : b.buy1, sell = second === 2 ? b.sell2 : b.sell1, net = 100 * (sell - buy) / buy;
    if (!(net >= min)) continue;
    const a = second === 1 ? b.b2 : b.b1, s = second === 2 ? b.s2 : b.s1;
    out.push({ symbol, buy: second === 1 ? b.bv2 : b.bv1, sell: second === 2 ? b.sv2 : b.sv1, ask: a.ask, bid: s.bid, ask_amount: a.askVolume,
      bid_amount: s.bidVolume, gross: 100 * (s.bid - a.ask) / a.ask, net });
  }
  return out.sort((x, y) => y.net - x.net).slice(0, limit);
}

function makeMarkets(assets, markets) {
  const tickers = {};
  for (let n = 0; n < markets;) {
    const a = Math.floor(random() * assets), b = Math.floor(random() * assets), symbol = `A${a}/A${b}`;
    if (a === b || tickers[symbol]) continue;
    const mid = (a + 10) / (b + 10) * (1 + (random() - 0.5) / 100);
    tickers[symbol] = { symbol, base: 'A' + a, quote: 'A' + b, bid: mid * 0.9995, ask: mid * 1.0005 };
    n++;
  }
  return tickers;
}

// The same search as scan_cycles.c: from each asset, those of most markets first, the best ways back within k trades bound the paths.
function cycles(tickers, fee, legs, limit) {
  const ids = new Map(), names = [], degree = [], raw = [];
  const id = (name) => { let i = ids.get(name); if (i === undefined) { ids.set(name, i = names.length); names.push(name); degree.push(0); } return i; };
  for (const symbol in tickers) {
    const t = tickers[symbol], base = id(t.base), quote = id(t.quote);
    raw.push({ from: base, to: quote, rate: t.bid * (1 - fee), t, sell: true }, { from: quote, to: base, rate: 1 / (t.ask * (1 + fee)), t, sell: false });
    degree[base] += 2; degree[quote] += 2;
  }
  const order = names.map((_, i) => i).sort((a, b) => degree[b] - degree[a] || (names[a] < names[b] ? -1 : 1)), rank = new Int32Array(names.length);
  order.forEach((asset, i) => { rank[asset] = i; });
  const n = names.length, out = Array.from({ length: n }, () => []);
  for (const e of raw) { e.from = rank[e.from]; e.to = rank[e.to]; out[e.from].push(e); }
  for (let v = 0; v < n; v++) {
    const list = out[v].sort((a, b) => b.to - a.to || b.rate - a.rate);
    out[v] = list.filter((e, i) => i === 0 || e.to !== list[i - 1].to);
  }
  const back = Array.from({ length: legs }, () => new Float64Array(n)), distance = new Int32Array(n).fill(-1), onPath = new Uint8Array(n);
  let found = [], least = 1;
  const cut = (v, start) => { const list = out[v]; while (list.length && list[list.length - 1].to < start) list.pop(); return list; };
  for (let start = 0; start < n; start++) {
    const reached = [start];
    distance[start] = 0;
    for (let i = 0; i < reached.length; i++) {
      const d = distance[reached[i]] + 1, list = cut(reached[i], start);
      if (d >= legs) continue;
      for (let e = 0; e < list.length; e++) if (distance[list[e].to] < 0) { distance[list[e].to] = d; reached.push(list[e].to); }
    }
    for (let i = 1; i < reached.length; i++) {
      const list = out[reached[i]], last = list[list.length - 1];
      back[1][reached[i]] = last && last.to === start ? last.rate : 0;
    }
    for (let k = 2; k < legs; k++) {
      const less = back[k - 1], now = back[k];
      for (let i = 1; i < reached.length && distance[reached[i]] <= legs - k; i++) {
        const v = reached[i], list = out[v];
        let best = less[v];
        for (let e = 0; e < list.length; e++) { const x = list[e].to === start ? 0 : list[e].rate * less[list[e].to]; if (x > best) best = x; }
        now[v] = best;
      }
    }
    const path = [];
    const go = (v, rate, left) => {
      const list = out[v];
      for (let i = 0; i < list.length; i++) {
        const e = list[i], r = rate * e.rate;
        if (e.to === start) {
          if (r <= least || (path.length === 1 && path[0].t === e.t)) continue;
          found.push({ rate: r, legs: [...path, e] });
          if (found.length >= 2 * limit) { found.sort((a, b) => b.rate - a.rate); found.length = limit; least = found[limit - 1].rate; }
        } else if (left > 1 && !onPath[e.to] && r * back[left - 1][e.to] > least) {
          onPath[e.to] = 1; path.push(e);
          go(e.to, r, left - 1);
          path.pop(); onPath[e.to] = 0;
        }
      }
    };
    if (reached.length > 1) go(start, 1, legs);
    for (const v of reached) distance[v] = -1;
  }
  found.sort((a, b) => b.rate - a.rate);
  const name = (v) => names[order[v]];
  return found.slice(0, limit).map((c) => ({ net: 100 * (c.rate - 1), path: [...c.legs, c.legs[0]].map((e) => name(e.from)).join(' > '),
    legs: c.legs.map((e) => ({ symbol: e.t.symbol, side: e.sell ? 'sell' : 'buy', from: name(e.from), to: name(e.to), price: e.sell ? e.t.bid : e.t.ask,
      rate: e.rate })) }));
}

const [a, b, legs] = sizes.map(Number), n = Number(count);
let last;
if (work === 'gaps') { const all = makeTickers(a, b); for (let i = 0; i < n; i++) last = gaps(all, 0.001, 0.1, 100); }
if (work === 'cycles') { const t = makeMarkets(a, b); for (let i = 0; i < n; i++) last = cycles(t, 0.001, legs, 100); }
if (sizes.at(-1) === 'say') console.log(last.length, last[0].net, last.at(-1).net, last[0].path || last[0].symbol);
