import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { ServerError, WebSocketEngine, type Session } from 'surrealdb';
import { SdkSession, type Query } from './sdk-session.js';
import { DatabaseUnavailable } from './database-unavailable.js';

/** The SDK takes a moment to know that it is closed, and tells nobody when it does. */
const SDK_CLOSE_MS = 50;

const { SURREAL_BIN: bin } = process.env;

describe('SdkSession', () => {
  let server: SurrealProcess;
  let session: SdkSession;

  beforeAll(async () => {
    server = await startSurreal({ ...(bin && { bin }) });
    session = await open();
  });

  afterAll(async () => {
    session.close();
    await server.stop();
  });

  function open(password = 'root'): Promise<SdkSession> {
    const { url } = server;
    const endpoint = () => ({ url, namespace: 'test', database: 'session', username: 'root', password });
    return SdkSession.open({ endpoint, timeoutMs: 5_000 });
  }

  it('answers each statement of a query', async () => {
    expect(await session.query('RETURN 1; RETURN $two', { two: 2 })).toEqual([1, 2]);
  });

  it('fails as the first statement that failed', async () => {
    const failed = session.query("RETURN 1; THROW 'first'; THROW 'second'");
    await expect(failed).rejects.toMatchObject({ kind: 'Thrown', message: expect.stringContaining('first') });
    await expect(failed).rejects.toBeInstanceOf(ServerError);
  });

  it('fails a text that is no query', async () => {
    await expect(session.query('SHOW CHANGES FOR NOBODY')).rejects.toBeInstanceOf(ServerError);
  });

  it('shows one state in a transaction, and commits nothing of it', async () => {
    await session.query('DEFINE NAMESPACE IF NOT EXISTS test; USE NS test; DEFINE DATABASE IF NOT EXISTS session');
    await session.query('DEFINE TABLE seen');
    const count = async (query: Query) => (await query('SELECT VALUE id FROM seen')).flat().length;
    const outside: Query = (text) => session.query(text);
    const seen = await session.readTransaction(async (query) => {
      await query('CREATE seen:1');
      return [await count(query), await count(outside)];
    });
    expect([...seen, await count(outside)]).toEqual([1, 0, 0]);
  });

  it('keeps no answer once it was given', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const answers = await session.query('RETURN { some: "answer" }');
    const answer = new WeakRef(answers.pop() as object);
    await session.query('RETURN 1');
    collect();
    expect(answer.deref()).toBeUndefined();
  });

  it('fails what is under way, and whatever comes later, when it is closed', async () => {
    const other = await open();
    const underWay = other.query('SLEEP 10s');
    other.close('enough');
    await expect(underWay).rejects.toThrow(new DatabaseUnavailable('enough'));
    await expect(other.query('RETURN 1')).rejects.toThrow(new DatabaseUnavailable('enough'));
    expect(await other.ended).toEqual(new DatabaseUnavailable('enough'));
  });

  it('fails a transaction that is under way when it is closed for the same reason', async () => {
    const other = await open();
    const reading = other.readTransaction(async (query) => {
      await query('RETURN 1');
      other.close('enough');
      await delay(SDK_CLOSE_MS);
      return query('RETURN 1');
    });
    await expect(reading).rejects.toThrow(new DatabaseUnavailable('enough'));
  });

  it('gives up a query that takes too long', async () => {
    await expect(session.query('SLEEP 2s', {}, 20)).rejects.toThrow('no answer within 20 ms');
  });

  it('shows no token again and again that lasts longer than a timer can wait', async () => {
    await session.query("DEFINE USER OVERWRITE lasting ON ROOT PASSWORD 'l' ROLES VIEWER DURATION FOR TOKEN 60d");
    let shown = 0;
    class CountingEngine extends WebSocketEngine {
      override authenticate(token: string, of: Session): Promise<void> {
        shown += 1;
        return super.authenticate(token, of);
      }
    }
    const { url } = server;
    const other = await SdkSession.open({
      endpoint: () => ({ url, namespace: 'test', database: 'session', username: 'lasting', password: 'l' }),
      timeoutMs: 5_000,
      engine: (context) => new CountingEngine(context),
    });
    for (let n = 0; n < 20; n += 1) expect(await other.query('RETURN 1')).toEqual([1]);
    other.close();
    expect(shown).toBe(0);
  });

  it('refuses a wrong password as a database that is away', async () => {
    await expect(open('wrong')).rejects.toBeInstanceOf(DatabaseUnavailable);
  });
});
