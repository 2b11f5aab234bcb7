import type { TestDatabase } from './database.js';

/** The token that SurrealDB itself gives to the account of this name, by an access of type RECORD. */
export async function accountToken(database: TestDatabase, access: string, name: string): Promise<string> {
  const session = await database.connect();
  const { namespace, database: db } = database;
  const { access: token } = await session.signin({ namespace, database: db, access, variables: { name } });
  await session.close();
  return token;
}
