import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RecordId } from 'surrealdb';
import type { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import type { Questions } from '../surreal/connection/questions.js';
import type { Database } from '../surreal/database.js';
import { recordIdText } from '../values/record-id-text.js';
import { RecordWatch } from './record-watch.js';
import { SessionRegistry } from './session-registry.js';
import type { Session } from './session.js';

/** What the watch looks at of a session. */
class Client {
  readonly address = '127.0.0.1';
  readonly principal;
  readonly close = jest.fn();

  constructor(table: string, id: string) {
    const auth = new RecordId(table, id);
    this.principal = {
      id: recordIdText(auth),
      roles: [],
      claims: {},
      record: { auth, access: 'people', token: {}, session: {} },
    };
  }
}

describe('RecordWatch', () => {
  const gone = new Set<string>();
  const asked: string[][] = [];
  let answers: Promise<void>[] = [];
  let watch: RecordWatch | undefined;
  afterEach(async () => {
    await watch?.onApplicationShutdown();
    gone.clear();
    asked.length = 0;
    answers = [];
  });

  /** `told` has a changefeed, no other table has. */
  function begin(...clients: readonly Client[]): RecordWatch {
    const metrics = new MetricsService();
    const registry = new SessionRegistry(metrics);
    for (const client of clients) {
      registry.add(client as unknown as Session);
      registry.identified(client as unknown as Session, client.principal.id);
    }
    const existing = async (records: readonly RecordId[]) => {
      const texts = records.map(recordIdText);
      asked.push(texts);
      await answers.shift();
      return new Set(texts.filter((text) => !gone.has(text)));
    };
    watch = new RecordWatch(
      { rightsRefreshMs: 1 } as Config,
      registry,
      { existing } as unknown as Questions,
      { observe: () => undefined, tells: (table: string) => table === 'told' } as unknown as Database,
      metrics,
    );
    watch.onModuleInit();
    return watch;
  }

  async function untilAsked(times: number): Promise<void> {
    while (asked.length < times) await new Promise(setImmediate);
  }

  const deleted = (key: string) => [{ action: 'DELETE', key } as Change];

  it('asks once for those of whom a changefeed tells, and again and again for all others', async () => {
    begin(new Client('told', 'ann'), new Client('untold', 'bob'));
    await untilAsked(4);
    expect(asked.slice(0, 4)).toEqual([['told:ann', 'untold:bob'], ['untold:bob'], ['untold:bob'], ['untold:bob']]);
  });

  it('closes whose record is deleted, and whose was gone when they came', async () => {
    const clients = [new Client('told', 'ann'), new Client('told', 'bob'), new Client('untold', 'cem')];
    const [ann, bob, cem] = clients;
    gone.add('told:bob');
    const watching = begin(...clients);
    await untilAsked(2);
    expect(clients.map(({ close }) => close.mock.calls.length)).toEqual([0, 1, 0]);
    gone.add('told:ann');
    watching.wrote(deleted('told:ann'));
    while (ann?.close.mock.calls.length === 0) await new Promise(setImmediate);
    expect(ann?.close).toHaveBeenCalledWith(4401, expect.any(String));
    expect([bob?.close.mock.calls.length, cem?.close.mock.calls.length]).toEqual([expect.any(Number), 0]);
  });

  it('asks again where the record may be there again, where the feed may lack something, and where no answer came', async () => {
    const ann = new Client('told', 'ann');
    const away = Promise.reject(new DatabaseUnavailable('away'));
    away.catch(() => undefined);
    answers = [away];
    const watching = begin(ann);
    await untilAsked(2);
    watching.wrote(deleted('told:ann'));
    await untilAsked(3);
    watching.doubted();
    await untilAsked(4);
    expect(asked.slice(0, 4)).toEqual([['told:ann'], ['told:ann'], ['told:ann'], ['told:ann']]);
    expect(ann.close).not.toHaveBeenCalled();
  });
});
