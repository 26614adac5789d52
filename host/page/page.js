// Draws the data of the page. All texts of it go into text nodes: none is ever read as HTML.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const L = window.LightweightCharts;
  const SLOTS = 1200;          // of a chart's time: between them distances are true
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const hues = [["#2457d6", "#7aa2ff"], ["#c2540a", "#ff9d5c"], ["#0a7d4f", "#3fc98a"], ["#a02c8f", "#e58ad8"], ["#7a6400", "#d9be3c"],
    ["#b3263e", "#f2717f"], ["#0d7590", "#4cc4e0"], ["#5b4bc4", "#a99cff"], ["#5a6b1f", "#a9c15a"], ["#7d4a2d", "#d3a07f"]];
  const painted = [];          // what takes the colours anew when the scheme changes

  function make(name, cls, text, into) {
    const e = document.createElement(name);
    if (cls) e.className = cls;
    if (text !== undefined) e.textContent = text;
    if (into) into.appendChild(e);
    return e;
  }
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const hue = (i) => hues[i % hues.length][dark.matches ? 1 : 0];
  const paint = (f) => { painted.push(f); f(); };
  dark.addEventListener("change", () => painted.forEach((f) => f()));

  // ---- numbers and times ----

  const two = (n) => String(n).padStart(2, "0");
  function clock(ms, precise) {
    const d = new Date(ms);
    const s = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
    return precise ? s + "." + String(d.getUTCMilliseconds()).padStart(3, "0").slice(0, 1) : s;
  }
  const day = (ms) => new Date(ms).toISOString().slice(0, 10);
  function number(x) {
    const a = Math.abs(x);
    if (a === 0) return "0";
    if (a >= 1e15 || a < 1e-8) return x.toExponential(3);
    return x.toLocaleString("en", { maximumSignificantDigits: a >= 1e5 ? 8 : 6, maximumFractionDigits: 10 });
  }
  const formats = {
    number, text: String,
    count: (x) => x.toLocaleString("en"),
    percent: (x) => (x > 0 ? "+" : "") + x.toFixed(3) + " %",
    time: (x) => clock(x, true),
    age: (x) => (x >= 10000 ? (x / 1000).toFixed(1) + " s" : Math.round(x) + " ms"),
  };
  const show = (x, format) => (x === null || x === undefined ? "" : typeof x === "number" ? formats[format](x) : x);
  const unitOf = (unit) => (unit === "%" ? (x) => x.toFixed(3) + " %" : (x) => number(x));

  // ---- charts ----

  function options() {
    return {
      autoSize: true,
      layout: { background: { type: "solid", color: "transparent" }, textColor: colour("--dim"), fontFamily: getComputedStyle(document.body).fontFamily,
        fontSize: 12, panes: { separatorColor: colour("--line"), separatorHoverColor: colour("--grid") } },
      grid: { vertLines: { color: colour("--grid") }, horzLines: { color: colour("--grid") } },
      rightPriceScale: { borderColor: colour("--line") },
      crosshair: { vertLine: { color: colour("--dim"), labelBackgroundColor: colour("--dim") }, horzLine: { color: colour("--dim"), labelBackgroundColor: colour("--dim") } },
      handleScroll: { mouseWheel: false, vertTouchDrag: false }, handleScale: { mouseWheel: false },
    };
  }

  function pointsOf(s) {
    const out = [];
    for (let i = 0; i < s.points.length; i += 2) out.push([s.from + s.points[i], s.points[i + 1]]);
    return out;
  }

  // A grid of times, so that distances on the axis are true: the length of the run in at most SLOTS steps of a round length.
  function gridOf(all) {
    let from = Infinity, to = -Infinity;
    for (const points of all) for (const p of points) { from = Math.min(from, p[0]); to = Math.max(to, p[0]); }
    let step = 100;
    for (const ms of [100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000, 7200000, 14400000, 28800000]) {
      step = ms;
      if ((to - from) / ms <= SLOTS) break;
    }
    while ((to - from) / step > SLOTS) step *= 2;
    const first = Math.floor(from / step), last = Math.floor(to / step);
    const slots = [];
    for (let i = first; i <= last; i++) slots.push({ time: (i * step) / 1000 });
    return { step, slots, from, to };
  }

  // Of several points in one slot the one that is furthest from what was before.
  function onGrid(points, grid) {
    const out = [];
    let before = null;
    for (const [at, value] of points) {
      const time = (Math.floor(at / grid.step) * grid.step) / 1000, last = out[out.length - 1];
      if (last && last.time === time) {
        if (before === null || Math.abs(value - before) > Math.abs(last.value - before)) last.value = value;
      } else {
        before = last ? last.value : null;
        out.push({ time, value });
      }
    }
    return out;
  }

  function timeAxis(chart, grid) {
    const long = grid.to - grid.from > 2 * 86400000;
    chart.applyOptions({
      localization: { locale: "en", timeFormatter: (t) => day(t * 1000) + " " + clock(t * 1000, grid.step < 1000) },
      timeScale: { borderColor: colour("--line"), timeVisible: true, secondsVisible: grid.step < 60000, minBarSpacing: 0.05, rightOffset: 0,
        tickMarkFormatter: (t) => (long ? day(t * 1000).slice(5) : grid.step >= 60000 ? clock(t * 1000).slice(0, 5) : clock(t * 1000)) },
    });
  }

  function legend(card, chart, list, format) {
    const box = make("div", "legend");
    card.insertBefore(box, card.querySelector(".chart"));
    for (const item of list) {
      const b = make("button", "", undefined, box), i = make("i", "", undefined, b);
      b.type = "button";
      b.setAttribute("aria-pressed", "true");
      make("span", "", item.name, b);
      item.now = make("em", "", "", b);
      paint(() => { i.style.background = hue(item.hue); });
      b.addEventListener("click", () => {
        const on = b.getAttribute("aria-pressed") !== "true";
        b.setAttribute("aria-pressed", String(on));
        item.series.applyOptions({ visible: on });
      });
    }
    chart.subscribeCrosshairMove((param) => {
      for (const item of list) {
        const at = param.time !== undefined && param.seriesData.get(item.series);
        item.now.textContent = at ? format(at.value !== undefined ? at.value : at.close) : "";
      }
    });
  }

  function thinned(spec) {
    const each = Math.max(1, ...spec.series.map((s) => s.each));
    if (each === 1) return "";
    const given = spec.series.reduce((n, s) => n + s.given, 0);
    return spec.series[0].candles ? `${formats.count(given)} candles, ${each} joined in one`
      : `${formats.count(given)} values; of each ${each} the least and the most are drawn`;
  }

  function card(into, title, note) {
    const c = make("section", "card", undefined, into), h = make("div", "head", undefined, c);
    make("h2", "", title, h);
    if (note) make("p", "dim", note, h);
    return c;
  }

  function drawdownOf(points) {
    let top = -Infinity;
    return points.map((p) => { top = Math.max(top, p.value); return { time: p.time, value: top > 0 ? 100 * (p.value - top) / top : p.value - top }; });
  }

  function drawChart(into, spec) {
    if (spec.series.length === 0) return;
    const equity = spec.kind === "equity", format = unitOf(spec.unit);
    const c = card(into, spec.title + (spec.unit && spec.unit !== "%" ? ", " + spec.unit : spec.unit === "%" ? ", per cent" : ""), thinned(spec));
    const box = make("div", equity ? "chart tall" : "chart", undefined, c);
    const chart = L.createChart(box, options());
    const lines = spec.series.filter((s) => s.points).map(pointsOf);
    const candles = spec.series.filter((s) => s.candles);
    const grid = candles.length ? { step: 60000, from: candles[0].from, to: candles[0].from + candles[0].candles[candles[0].candles.length - 1][0] } : gridOf(lines);
    const list = [];
    spec.series.forEach((s, i) => {
      const common = { priceLineVisible: false, lastValueVisible: spec.series.length === 1, priceFormat: { type: "custom", formatter: format, minMove: spec.unit === "%" ? 0.001 : 1e-8 } };
      let series;
      if (s.candles) {
        series = chart.addSeries(L.CandlestickSeries, common);
        series.setData(s.candles.map((x) => ({ time: (s.from + x[0]) / 1000, open: x[1], high: x[2], low: x[3], close: x[4] })));
        paint(() => series.applyOptions({ upColor: colour("--good"), downColor: colour("--bad"), borderVisible: false, wickUpColor: colour("--good"), wickDownColor: colour("--bad") }));
      } else {
        const points = candles.length ? onGrid(pointsOf(s), { step: 1 }) : onGrid(pointsOf(s), grid);
        series = chart.addSeries(equity ? L.AreaSeries : L.LineSeries, Object.assign({ lineWidth: 2, pointMarkersVisible: points.length < 40 }, common));
        series.setData(points);
        paint(() => series.applyOptions(equity ? { lineColor: hue(i), topColor: hue(i) + "40", bottomColor: hue(i) + "05" } : { color: hue(i) }));
        if (equity) {
          const low = chart.addSeries(L.BaselineSeries, { baseValue: { type: "price", price: 0 }, priceLineVisible: false, lastValueVisible: false, lineWidth: 1,
            priceFormat: { type: "custom", minMove: 1e-8, formatter: (x) => (drawdownRelative(points) ? x.toFixed(2) + " %" : format(x)) } }, 1);
          low.setData(drawdownOf(points));
          paint(() => low.applyOptions({ topLineColor: colour("--bad"), topFillColor1: "transparent", topFillColor2: "transparent", bottomLineColor: colour("--bad"),
            bottomFillColor1: colour("--bad") + "10", bottomFillColor2: colour("--bad") + "50" }));
        }
      }
      if (s.marks) drawMarks(series, s);
      list.push({ name: s.name, series, hue: i });
    });
    if (!candles.length) {
      const empty = chart.addSeries(L.LineSeries, { visible: false, priceLineVisible: false, lastValueVisible: false });
      empty.setData(grid.slots);
    }
    if (spec.unit === "%" && !equity && list.length) {
      const zero = list[0].series.createPriceLine({ price: 0, lineWidth: 1, lineStyle: 2, axisLabelVisible: false, color: colour("--dim") });
      paint(() => zero.applyOptions({ color: colour("--dim") }));
    }
    if (equity) {
      const panes = chart.panes();
      if (panes[1]) { panes[0].setStretchFactor(3); panes[1].setStretchFactor(1); }
      make("p", "dim", "Below: the distance from the highest value so far (drawdown).", c);
    }
    if (list.length > 1) legend(c, chart, list, format);
    paint(() => { chart.applyOptions(options()); timeAxis(chart, grid); });
    chart.timeScale().fitContent();
  }
  const drawdownRelative = (points) => points.length > 0 && points[0].value > 0;

  function drawMarks(series, s) {
    const near = (ms) => {
      const all = series.data();
      let low = 0, high = all.length - 1;
      while (low < high) { const mid = (low + high + 1) >> 1; if (all[mid].time * 1000 <= ms) low = mid; else high = mid - 1; }
      return all[low].time;
    };
    const few = s.marks.length <= 12;      // more texts lie on each other
    const markers = L.createSeriesMarkers(series, []);
    paint(() => markers.setMarkers(s.marks.map(([at, side, text]) => ({ time: near(s.from + at), position: side === "buy" ? "belowBar" : "aboveBar",
      shape: side === "buy" ? "arrowUp" : "arrowDown", color: colour(side === "buy" ? "--good" : "--bad"), text: few ? text : "" }))));
  }

  // ---- tables ----

  const compare = (a, b) => (a === b ? 0 : a === null ? -1 : b === null ? 1 : typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1);

  // rows: [cells, index]. choose(index): called at a click on a row that `can` be chosen.
  function drawTable(into, spec, can, choose) {
    const box = make("div", "scroll", undefined, into), table = make("table", "", undefined, box);
    box.tabIndex = 0;
    const head = make("tr", "", undefined, make("thead", "", undefined, table)), body = make("tbody", "", undefined, table);
    const rows = spec.rows.map((cells, i) => [cells, i]);
    const lines = new Map();
    const days = spec.columns.map(([, format], k) => format === "time" && new Set(spec.rows.map((cells) => typeof cells[k] === "number" && day(cells[k]))).size > 1);
    function fill() {
      body.replaceChildren(...rows.map(([, i]) => lines.get(i)));
    }
    rows.forEach(([cells, i]) => {
      const tr = make("tr");
      cells.forEach((x, k) => {
        const format = spec.columns[k][1], text = days[k] && typeof x === "number" ? day(x) + " " + clock(x) : show(x, format);
        const td = make("td", format === "text" ? (text.length > 40 ? "long" : "") : "right", text, tr);
        if (format === "percent" && typeof x === "number") td.classList.add(x > 0 ? "good" : "bad");
        if (format === "time" && typeof x === "number") td.title = new Date(x).toISOString();
      });
      if (can && can(i)) {
        tr.className = "can";
        tr.tabIndex = 0;
        tr.addEventListener("click", () => select(i));
        tr.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); select(i); } });
      }
      lines.set(i, tr);
    });
    function select(i) {
      lines.forEach((tr, k) => tr.setAttribute("aria-selected", String(k === i)));
      choose(i);
    }
    spec.columns.forEach(([name, format], k) => {
      const th = make("th", format === "text" ? "" : "right", undefined, head), b = make("button", "", name, th);
      b.type = "button";
      b.addEventListener("click", () => {
        const down = th.getAttribute("aria-sort") === "descending" || (!th.hasAttribute("aria-sort") && format === "text");
        for (const other of head.children) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", down ? "ascending" : "descending");
        rows.sort((x, y) => (down ? 1 : -1) * compare(x[0][k], y[0][k]) || x[1] - y[1]);
        fill();
      });
    });
    fill();
    return select;
  }

  const shownOf = (spec) => (spec.given > spec.rows.length ? `${formats.count(spec.rows.length)} of ${formats.count(spec.given)}` : "");

  // ---- depth at a moment ----

  function summed(levels) {
    const out = [];
    let total = 0;
    for (let i = 0; i < levels.length; i += 2) { total += levels[i + 1]; out.push([levels[i], total]); }
    return out;
  }

  // Amount that can be had up to each price of an even grid: the axis of the chart counts places, not prices.
  function drawDepth(box, told, moment) {
    box.replaceChildren();
    const asks = summed(moment.asks), bids = summed(moment.bids);
    const ask = asks[0][0], bid = bids[0][0], gap = Math.abs(bid - ask) || ask * 1e-4;
    told.textContent = `${moment.name} at ${clock(moment.at, true)} UTC: ${moment.buy} asks ${number(ask)}, ${moment.sell} bids ${number(bid)}`
      + (moment.net === null ? "" : `; ${formats.percent(moment.net)} after fees`) + (moment.size === null ? "" : ` for ${number(moment.size)}`);
    const reach = (levels) => {
      const wanted = 3 * (moment.size || 0);
      const enough = levels.find((l) => l[1] >= wanted) || levels[levels.length - 1];
      return Math.abs(enough[0] - levels[0][0]);
    };
    const wide = Math.max(1.2 * gap, reach(asks), reach(bids));
    const low = Math.max(Math.min(ask, bids[bids.length - 1][0]), Math.min(ask, bid) - wide);
    const high = Math.min(Math.max(bid, asks[asks.length - 1][0]), Math.max(ask, bid) + wide), pad = (high - low) / 12 || gap;
    const from = low - pad, to = high + pad;
    const n = 320, step = (to - from) / n, buy = [], sell = [];
    let a = 0, b = bids.length - 1;
    for (let i = 0; i <= n; i++) {
      const price = from + i * step;
      while (a < asks.length && asks[a][0] <= price) a++;
      while (b >= 0 && bids[b][0] < price) b--;
      buy.push(a > 0 ? { time: price, value: asks[a - 1][1] } : { time: price });
      sell.push(b >= 0 ? { time: price, value: bids[b][1] } : { time: price });
    }
    const places = Math.max(0, Math.min(10, Math.ceil(-Math.log10(step)) + 1));
    const chart = L.createOptionsChart(box, options());
    const common = { priceLineVisible: false, lastValueVisible: false, lineWidth: 2, lineType: 1, priceFormat: { type: "custom", formatter: number, minMove: 1e-8 } };
    const one = chart.addSeries(L.AreaSeries, common), other = chart.addSeries(L.AreaSeries, common);
    one.setData(buy);
    other.setData(sell);
    const colours = () => {
      chart.applyOptions(options());
      chart.applyOptions({ localization: { locale: "en", precision: places, priceFormatter: number }, timeScale: { borderColor: colour("--line"), minBarSpacing: 0.05 } });
      one.applyOptions({ lineColor: colour("--bad"), topColor: colour("--bad") + "38", bottomColor: colour("--bad") + "0a" });
      other.applyOptions({ lineColor: colour("--good"), topColor: colour("--good") + "38", bottomColor: colour("--good") + "0a" });
    };
    colours();
    chart.timeScale().fitContent();
    return colours;
  }

  function drawMoments(into, spec) {
    const c = card(into, spec.title, shownOf(spec) && `the best ${shownOf(spec)}`);
    const both = make("div", "both", undefined, c), left = make("div", "", undefined, both), right = make("div", "depth", undefined, both);
    const drawable = (i) => spec.books[i].asks.length > 0 && spec.books[i].bids.length > 0;
    const told = make("p", "told", "A click on a row draws both order books at that moment.", right), box = make("div", "chart", undefined, right);
    box.id = "depth";
    const notes = make("p", "dim", "", right);
    let colours = null;
    paint(() => { if (colours) colours(); });
    const select = drawTable(left, spec, drawable, (i) => {
      colours = drawDepth(box, told, spec.books[i]);
      notes.textContent = `Amounts up to each price. Red: what ${spec.books[i].buy} sells; green: what ${spec.books[i].sell} buys. Where they overlap, there is a gap.`;
    });
    let best = -1;
    spec.books.forEach((m, i) => { if (drawable(i) && (best < 0 || (m.net || 0) > (spec.books[best].net || 0))) best = i; });
    if (best >= 0) select(best);
    else right.remove(), both.style.gridTemplateColumns = "minmax(0, 1fr)";
  }

  // ---- the page ----

  const main = make("main", "", undefined, document.body), header = make("header", "", undefined, main);
  make("h1", "", data.title, header);
  if (data.subtitle) make("p", "", data.subtitle, header);
  const figures = make("div", "figures", undefined, main);
  for (const [name, text, tone] of data.figures) {
    const f = make("div", "figure", undefined, figures);
    make("b", tone, text, f);
    make("span", "", name, f);
  }
  for (const kind of ["equity", "plain"]) data.charts.filter((spec) => spec.kind === kind).forEach((spec) => drawChart(main, spec));
  if (data.moments && data.moments.rows.length) drawMoments(main, data.moments);
  for (const spec of data.tables) {
    if (spec.rows.length) drawTable(card(main, spec.title, shownOf(spec)), spec);
  }
  if (data.facts.length) {
    const dl = make("dl", "", undefined, card(main, "The run"));
    for (const [name, text] of data.facts) { make("dt", "", name, dl); make("dd", "", text, dl); }
  }
  const footer = make("footer", "", "Times are UTC. This page needs no network. Charts: TradingView Lightweight Charts™, Copyright © 2025 TradingView, Inc. ", main);
  const link = make("a", "", "https://www.tradingview.com/", footer);
  link.href = "https://www.tradingview.com/";
  link.rel = "noopener";
  document.documentElement.dataset.ready = "yes";
})();
