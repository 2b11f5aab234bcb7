import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';

const authentication = { username: 'root', password: 'root' };

/** A connection of the official SDK, as it comes, to the database `main` in the namespace `main`: as root, or as whom a token speaks for. */
export async function connectDatabase(url, token) {
  const connection = new Surreal({ websocketImpl: WebSocket });
  await connection.connect(url, { authentication: token ?? authentication });
  await connection.use({ namespace: 'main', database: 'main' });
  return connection;
}

/** Makes the database and tables that keep their changes. */
export async function prepareDatabase(url, tables) {
  const connection = new Surreal({ websocketImpl: WebSocket });
  await connection.connect(url, { authentication });
  await connection.query('DEFINE NAMESPACE IF NOT EXISTS main; USE NS main; DEFINE DATABASE IF NOT EXISTS main');
  await connection.use({ namespace: 'main', database: 'main' });
  for (const table of tables) await connection.query(`DEFINE TABLE ${table} CHANGEFEED 1h INCLUDE ORIGINAL`);
  await connection.close();
}
