/**
 * Writes rows as any application does, with SurrealDB's own SDK: `node examples/write.mjs [room] [text]`.
 * One record is created, edited and deleted. Nothing here knows of Edge Hive Realtime.
 */
import { randomBytes } from 'node:crypto';
import { RecordId, Surreal } from 'surrealdb';
import { WebSocket } from 'ws';

const [room = 'general', text = 'Hello'] = process.argv.slice(2);
const {
  SURREAL_URL = 'ws://127.0.0.1:8000/rpc',
  SURREAL_NAMESPACE: namespace = 'main',
  SURREAL_DATABASE: database = 'main',
  SURREAL_USERNAME: username = 'root',
  SURREAL_PASSWORD: password = 'root',
} = process.env;

// From Node 22 on, `websocketImpl` need not be passed: Node has a WebSocket of its own.
const surreal = new Surreal({ websocketImpl: WebSocket });
await surreal.connect(SURREAL_URL, { namespace, database, authentication: { username, password }, reconnect: false });

const id = new RecordId('messages', `r${randomBytes(4).toString('hex')}`);
print('created', await surreal.create(id).content({ room, text, sent: new Date() }));
print('updated', await surreal.update(id).merge({ text: `${text} (edited)` }));
print('deleted', await surreal.delete(id));

await surreal.close();

function print(what, row) {
  process.stdout.write(`${what} ${JSON.stringify(row)}\n`);
}
