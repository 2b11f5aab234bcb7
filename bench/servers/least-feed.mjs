/**
 * The least that tells clients of a table's changes: the feed is read on from where it was, as often as the service reads it
 * where no doorbell hangs, and every client is written each change. It has no rights, filters or bounds, and loses what
 * becomes visible late.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { CborCodec } from 'surrealdb';
import { WebSocket, WebSocketServer } from 'ws';
import { listen } from './listen.mjs';
import { serverFrame } from './server-frame.mjs';

const READ_PAUSE_MS = 5;

const { SURREAL_URL, SURREAL_USERNAME: user, SURREAL_PASSWORD: pass, LEAST_TABLE: table } = process.env;
const codec = new CborCodec({});
const clients = new Set();
const asked = new Map();
let [reads, next, lastId] = [0, 0n, 0];

const database = new WebSocket(SURREAL_URL, 'cbor', { perMessageDeflate: false });
database.on('message', (bytes) => {
  const { id, result } = codec.decode(bytes);
  asked.get(id)(result);
  asked.delete(id);
});
await once(database, 'open');
await ask('signin', { user, pass });
await ask('use', 'main', 'main');
// What is there already is nobody's concern.
while ((await changes()).length > 0);

const server = createServer((_, response) => response.end(`edge_hive_feed_reads_total ${reads}\n`));
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', () => {
    clients.add(socket);
    socket.send('{"type":"subscribed"}');
  });
  socket.on('close', () => clients.delete(socket));
});
listen(server);
for (;;) {
  reads += 1;
  tell(await changes());
  await delay(READ_PAUSE_MS);
}

function ask(method, ...params) {
  const id = String((lastId += 1));
  database.send(codec.encode({ id, method, params }));
  return new Promise((resolve) => asked.set(id, resolve));
}

async function changes() {
  const [{ result }] = await ask('query', `SHOW CHANGES FOR DATABASE SINCE ${next} LIMIT 1000`);
  if (result.length > 0) next = BigInt(result.at(-1).versionstamp) + 1n;
  return result.flatMap((transaction) => transaction.changes);
}

function tell(found) {
  const rows = found.map(({ current, update }) => current ?? update).filter((row) => row?.id !== undefined);
  if (rows.length === 0) return;
  const joined = Buffer.concat(
    rows.map((row) => serverFrame(JSON.stringify({ type: 'event', topic: table, data: row }))),
  );
  for (const { _socket: socket } of clients) socket.write(joined);
}
