// node server.mjs KEY CERT: HTTPS on a free port of loopback; prints the port. Every reply is a string made before the first request.
import https from 'node:https';
import fs from 'node:fs';
import { exchangeInfo, tickers, book } from './fixtures.mjs';

const replies = new Map([
  ['/api/v3/exchangeInfo', exchangeInfo()], ['/api/v3/ticker/24hr', tickers()], ['/api/v3/depth', book()],
  ['/api/v3/time', '{"serverTime":1718454896789}'], ['/api/v3/ping', '{}'],
].map(([path, text]) => [path, Buffer.from(text)]));

const server = https.createServer({ key: fs.readFileSync(process.argv[2]), cert: fs.readFileSync(process.argv[3]), keepAlive: true }, (request, response) => {
  const body = replies.get(request.url.split('?')[0]);
  request.resume();
  if (!body) { response.writeHead(404, { 'content-type': 'application/json' }); response.end('{"code":-1121,"msg":"Invalid symbol."}'); return; }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));     // ends with its parent
