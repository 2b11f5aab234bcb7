/**
 * Follows a table: `node examples/node-subscribe.mjs [table] [filter as JSON]`.
 * Prints the rows that match now, then every change. Ctrl-C ends it.
 */
import { RealtimeClient } from '@edge-hive/realtime-client';
import { WebSocket } from 'ws';

const [table = 'messages', filter = '{}'] = process.argv.slice(2);
const { REALTIME_URL = 'ws://localhost:8443/api/v1/realtime', REALTIME_TOKEN: token } = process.env;

// From Node 22 on, `WebSocket` need not be passed: Node has one of its own.
const client = new RealtimeClient(REALTIME_URL, { WebSocket, ...(token && { token }) });

client.on('state', ({ status, reason }) => print(`connection: ${status}${reason ? ` (${reason.code})` : ''}`));
client.on('error', (error) => print(`${error.code}: ${error.message}`));

const subscription = client.subscribe(
  table,
  JSON.parse(filter),
  ({ action, transition, data, time }) => {
    const latency = Date.now() - Date.parse(time);
    print(`${action}${transition ? ` (${transition})` : ''} ${JSON.stringify(data)} ${latency} ms after its commit`);
  },
  {
    snapshot: { limit: 20 },
    onSnapshot: (rows) => print(`${rows.length} rows now${rows.map((row) => `\n  ${JSON.stringify(row)}`).join('')}`),
    onResync: ({ reason }) => print(`events may be missing (${reason})`),
  },
);

process.once('SIGINT', () => client.close());

try {
  await subscription.ready;
  print(`subscribed to ${table}`);
} catch (error) {
  print(`not subscribed: ${error.message}`);
  client.close();
  process.exitCode = 1;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
