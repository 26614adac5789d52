// ./dev bench: bourse, ccxt (JavaScript, newest) and bare libcurl on the same local server, in one run, A and B in turn. What is compared is CPU time of
// all processes of a side (user + system), and ratios; absolute figures are of this machine. Start-up is taken out: each work runs with n and with 4n, and the
// difference counts. Each side gets as many requests as keep it busy for about as long: what disturbs a run of half a second would count many times. A machine
// that many share changes its speed by the second: so the ratio is the median of the rounds' own ratios, whose two sides ran one after the other.
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

// BENCH_BUILD: a build folder other than build/. BENCH_ROUNDS: how often each pair is measured. BENCH_ONLY: rows of this pattern.
const root = path.resolve(import.meta.dirname, '../..'), build = path.resolve(process.env.BENCH_BUILD || path.join(root, 'build'));
const dir = path.join(root, 'build', 'bench');
const bourse = path.join(build, 'bourse'), cost = path.join(build, 'tests/cost'), floor = path.join(build, 'tests/floor');
const rounds = Number(process.env.BENCH_ROUNDS || 5), only = new RegExp(process.env.BENCH_ONLY || '');
fs.mkdirSync(dir, { recursive: true });

if (!fs.existsSync(path.join(dir, 'node_modules/ccxt'))) {
  fs.writeFileSync(path.join(dir, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', '--ignore-scripts', 'ccxt@latest'], { cwd: dir, stdio: 'inherit' });
}
const key = path.join(dir, 'key.pem'), cert = path.join(dir, 'cert.pem');
if (!fs.existsSync(cert)) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert,
    '-days', '3650', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'], { stdio: 'ignore' });
}
const server = spawn('node', [path.join(import.meta.dirname, 'server.mjs'), key, cert], { stdio: ['pipe', 'pipe', 'inherit'] });
const port = await new Promise((ok) => server.stdout.once('data', (d) => ok(String(d).trim())));

const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert, BENCH_MODULES: dir, BOURSE_STATE: path.join(dir, 'state') };

// One run of a command: { cpu (ms), wall (ms) }, or with memory { rss (MB of the largest moment of the tree) }.
function run(argv, memory) {
  const r = spawnSync(cost, memory ? ['-m', ...argv] : argv, { env, encoding: 'utf8', maxBuffer: 1 << 26 });
  const line = r.stderr.trim().split('\n').pop();
  if (r.status !== 0) throw new Error(`${argv.join(' ')}: exit ${r.status}\n${r.stderr}`);
  return JSON.parse(line);
}
const ours = (work, n) => [bourse, 'run', path.join(import.meta.dirname, 'work', work + '.lua'), '--arg', `n=${n}`, '--memory', '512', '--quiet',
  '--base-url', `binance=https://127.0.0.1:${port}`, '--cacert', cert];
const theirs = (work, n) => ['node', path.join(import.meta.dirname, 'ccxt_side.mjs'), work, String(n), port];
const bare = (url, n) => [floor, `https://127.0.0.1:${port}${url}`, String(n), cert];

// Resident MB of a process and its children, some seconds after it was started.
async function resident(argv, seconds) {
  const child = spawn(argv[0], argv.slice(1), { env, stdio: 'ignore' });
  await new Promise((ok) => setTimeout(ok, seconds * 1000));
  const tree = (pid) => {
    const kb = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return kb * 1024 / 1e6 + children.map(tree).reduce((a, b) => a + b, 0);
  };
  const mb = tree(child.pid);
  child.kill();
  return mb;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
const per = (make, n) => (run(make(4 * n)).cpu - run(make(n)).cpu) / (3 * n);

async function compare(sides, times = 1) {
  const found = [];
  for (let i = 0; i < rounds * times; i++) {
    const round = {};
    for (const [k, f] of Object.entries(sides)) round[k] = await f();
    if (Object.values(round).every((x) => x > 0)) found.push(round);      // else n requests took longer than 4n
  }
  if (found.length * 2 < rounds * times) throw new Error('the machine is too busy to measure anything');
  const medians = Object.fromEntries(Object.keys(sides).map((k) => [k, median(found.map((round) => round[k]))]));
  return { ...medians, ratio: median(found.map((round) => round.ccxt / round.bourse)) };
}

// A target: `4x` of ccxt; `24 MB` or `15 ms` of ours at the most. `aim` is hoped for, `must` is not met where it says MISSED.
const meets = (target, ours, ratio) => (target.endsWith('x') ? ratio >= parseFloat(target) : ours <= parseFloat(target));
const verdict = (must, aim, ours, ratio) =>
  (!must ? '' : !meets(must, ours, ratio) ? 'MISSED' : aim && !meets(aim, ours, ratio) ? `met; aim ${aim}` : 'met');

const rows = [];
async function row(work, unit, sides, must, aim, times) {
  if (!only.test(work)) return undefined;
  const { ratio, ...r } = await compare(sides, times);
  const said = verdict(must, aim, r.bourse, ratio);
  rows.push({ work, unit, ...r, ratio, must, aim, verdict: said });
  const show = (x) => (x === undefined ? '' : x < 10 ? x.toFixed(3) : x.toFixed(1));
  console.log(`${work.padEnd(44)} ${show(r.ccxt).padStart(9)} ${show(r.bourse).padStart(9)} ${show(r.floor).padStart(8)} ${unit.padEnd(6)} ${ratio.toFixed(1).padStart(6)}x  ${must.padEnd(6)} ${said}`);
  return r.bourse;
}
console.log(`${'work'.padEnd(44)} ${'ccxt'.padStart(9)} ${'bourse'.padStart(9)} ${'floor'.padStart(8)} ${''.padEnd(6)} ${'ratio'.padStart(7)}  must`);
const depth = '/api/v3/depth?symbol=BTCUSDT&limit=100';
try {
  await row('order book, 100 levels: CPU a request', 'ms', {
    ccxt: () => per((n) => theirs('book', n), 900), bourse: () => per((n) => ours('book', n), 3600), floor: () => per((n) => bare(depth, n), 3600) }, '4x', '5.5x');
  await row('2,000 tickers: CPU a request', 'ms', {
    ccxt: () => per((n) => theirs('tickers', n), 8), bourse: () => per((n) => ours('tickers', n), 50), floor: () => per((n) => bare('/api/v3/ticker/24hr', n), 100) }, '8x', '11x', 2);
  await row('load_markets of 2,000: CPU', 'ms', {
    ccxt: () => per((n) => theirs('markets', n), 5), bourse: () => per((n) => ours('markets', n), 24), floor: () => per((n) => bare('/api/v3/exchangeInfo', n), 48) }, '4x', '8x');
  const once = [bourse, 'book', 'binance', 'BTC/USDT', '--base-url', `binance=https://127.0.0.1:${port}`, '--cacert', cert, '--quiet'];
  await row('from nothing: one book, wall', 'ms', { ccxt: () => run(theirs('start', 1)).wall, bourse: () => run(once).wall }, '25x', undefined, 3);
  await row('from nothing: one book, memory', 'MB', { ccxt: () => run(theirs('start', 1), true).rss, bourse: () => run(once, true).rss }, '24 MB');
  const list = [bourse, 'exchanges'];
  await row('bourse exchanges against node -e "", wall', 'ms', { ccxt: () => run(['node', '-e', '']).wall, bourse: () => run(list).wall }, '3.2x', undefined, 3);      // 15 ms where node -e "" takes 48
  await row('bourse exchanges against node -e "", memory', 'MB', { ccxt: () => run(['node', '-e', ''], true).rss, bourse: () => run(list, true).rss }, '12 MB');
  const idle = ours('idle', 1).filter((x, i, all) => x !== '--arg' && all[i - 1] !== '--arg');
  await row('idle strategy, resident, all processes', 'MB', { ccxt: () => resident(theirs('idle', 1), 6), bourse: () => resident(idle, 3) }, '16 MB');
  // The recipe as the broker evaluates it when it sends, against ccxt's sign(). Templates and recipes are made in the worker: not in this figure.
  const recipe = path.join(build, 'tests/recipe_bench');
  const signed = () => Object.fromEntries(execFileSync(recipe, { encoding: 'utf8' }).trim().split('\n').map((line) => [line.split(' ')[0], parseFloat(/([\d.]+) us/.exec(line)[1])]));
  for (const [k, n, must] of [['binance', 12000, '8x'], ['kraken', 12000, '8x'], ['coinbase', 900, '15x']])
    await row(`${k}: a request signed`, 'us', { ccxt: () => per((m) => theirs('sign_' + k, m), n) * 1000, bourse: () => signed()[k] }, must);
  // Scans, from the strategy's side, against the same search over ccxt's ticker objects in JavaScript.
  const words = (more) => Object.entries(more).flatMap(([k, v]) => ['--arg', `${k}=${v}`]);
  const scan = (work, more) => (n) => [bourse, 'run', path.join(import.meta.dirname, 'work', work + '.lua'), '--memory', '1024', '--cpu', '10s', '--quiet',
    ...words({ n, ...more })];
  const scanJs = (work, size) => (n) => ['node', path.join(import.meta.dirname, 'scan_side.mjs'), work, String(n), ...Object.values(size).map(String)];
  const scanRow = (name, work, size, n, must, more) => row(name, 'ms', {
    ccxt: () => per(scanJs(work, size), Math.max(20, n >> 2)), bourse: () => per(scan(work, { ...size, ...more }), n) }, must);
  const gaps = await scanRow('best pairs, 100 venues x 500 symbols', 'gaps', { venues: 100, symbols: 500 }, 240, '5x');
  await scanRow('the same, the tickers taken in anew', 'gaps', { venues: 100, symbols: 500 }, 24, '', { take: 'yes' });
  const gaps2 = await scanRow('best pairs, 100 venues x 1,000 symbols', 'gaps', { venues: 100, symbols: 1000 }, 120, '5x');
  const cycles = await scanRow('cycles of 3, 200 assets x 2,000 markets', 'cycles', { assets: 200, markets: 2000, legs: 3 }, 240, '4x');
  const cycles2 = await scanRow('cycles of 3, 200 assets x 4,000 markets', 'cycles', { assets: 200, markets: 4000, legs: 3 }, 120, '4x');
  await scanRow('cycles of 4, 200 assets x 2,000 markets', 'cycles', { assets: 200, markets: 2000, legs: 4 }, 120, '4x');
  // A tape of a million events: 250,000 books of 10 levels. ccxt has no tapes: its side reads as many such books, from memory, and makes its structures of them.
  const events = 1000000, tape = path.join(dir, 'million.tape'), books = events / 4 - 2;
  if (only.test('replay of a tape') && !fs.existsSync(tape)) execFileSync(path.join(build, 'tests/tape_make'), [tape, String(events)]);
  const replay = [bourse, 'run', path.join(import.meta.dirname, 'work/replay.lua'), '--replay', tape, '--arg', `n=${books}`, '--memory', '512', '--quiet'];
  const once_each = {};
  const seen = (k, argv) => (once_each[k] ||= run(argv, true));         // long: each side runs once
  await row('replay of a tape of 1,000,000 events, CPU', 'ms', { ccxt: () => seen('ccxt', theirs('replay', books)).cpu, bourse: () => seen('bourse', replay).cpu }, '');
  await row('replay of a tape of 1,000,000 events, memory', 'MB', { ccxt: () => seen('ccxt', theirs('replay', books)).rss, bourse: () => seen('bourse', replay).rss }, '');
  const missed = rows.filter((r) => r.verdict === 'MISSED').map((r) => r.work);
  console.log(missed.length ? `missed: ${missed.join('; ')}` : 'all that must be reached is reached');
  if (gaps2 && cycles2) console.log(`twice the quotes: best pairs ${(gaps2 / gaps).toFixed(2)} times the time, cycles ${(cycles2 / cycles).toFixed(2)}`);
  fs.writeFileSync(path.join(dir, 'result.json'), JSON.stringify(rows, null, 1));
} finally {
  server.stdin.end();
}
