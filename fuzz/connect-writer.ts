import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';

/** A connection to the database that rows are written over, as an application writes them. */
export async function connectWriter(databaseUrl: string): Promise<Surreal> {
  const writer = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
  await writer.connect(databaseUrl, {
    reconnect: false,
    namespace: 'main',
    database: 'main',
    authentication: { username: 'root', password: 'root' },
  });
  return writer;
}
