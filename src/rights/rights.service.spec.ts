import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordId } from 'surrealdb';
import { PolicyService } from '../auth/policy/policy.service.js';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { DatabaseProcess } from '../surreal/connection/database-process.js';
import { Questions } from '../surreal/connection/questions.js';
import type { Query } from '../surreal/connection/sdk-session.js';
import type { Database } from '../surreal/database.js';
import { KnownPrincipals } from './known-principals.js';
import { RightsRounds } from './rights-rounds.js';
import { RightsService } from './rights.service.js';

const SCHEMA = `
  DEFINE TABLE notes PERMISSIONS FOR select WHERE owner = $auth.id;
  DEFINE TABLE files PERMISSIONS FOR select WHERE of = $auth.name;
  DEFINE TABLE plans PERMISSIONS FOR select WHERE team = $auth.team.name;
  CREATE user:ann SET name = 'ann'`;
const auth = new RecordId('user', 'ann');

/** Does something while the constants of permissions are asked for, and counts the reads of definitions. */
class Interrupted extends Questions {
  meanwhile: () => void = () => undefined;
  reads = 0;

  override ask(text: string, bindings?: Record<string, unknown>): Promise<unknown[]> {
    if (text.startsWith('INFO FOR DB')) this.reads += 1;
    return super.ask(text, bindings);
  }

  override atOneState<T>(work: (query: Query) => Promise<T>): Promise<T> {
    this.meanwhile();
    return super.atOneState(work);
  }
}

describe('RightsService', () => {
  const config = Object.assign(new Config(), { surrealPort: 0, surrealBin: process.env.SURREAL_BIN ?? '' });
  const server = new DatabaseProcess(config);
  const questions = new Interrupted(config, server);
  let known: KnownPrincipals;
  let rights: RightsService;
  let ann: Principal;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    await server.start();
    const { surrealNamespace: ns, surrealDatabase: db } = config;
    await questions.ask(`DEFINE NAMESPACE IF NOT EXISTS ${ns}; USE NS ${ns}; DEFINE DATABASE IF NOT EXISTS ${db}`);
    await questions.ask(SCHEMA);
  });
  beforeEach(() => {
    const metrics = new MetricsService();
    questions.meanwhile = () => undefined;
    const database = { tells: () => true } as Partial<Database> as Database;
    known = new KnownPrincipals(questions, database, metrics);
    const rounds = new RightsRounds(known, questions, database, metrics);
    rights = new RightsService(new PolicyService(config, metrics), known, rounds);
    questions.reads = 0;
    ann = principalOf(auth);
  });

  function principalOf(record: RecordId): Principal {
    return {
      id: String(record),
      roles: [],
      claims: {},
      record: { auth: record, access: 'people', token: {}, session: {} },
    };
  }

  afterAll(async () => {
    await questions.onApplicationShutdown();
    await server.stop();
  });

  it('keeps what is prepared for a token that no session speaks with yet', async () => {
    questions.meanwhile = () => rights.retain(new Set());
    await rights.prepare(ann, ['notes']);
    expect(rights.current({ principal: ann, local: false }, 'notes')).toHaveProperty('where');
    rights.retain(new Set());
    expect(() => rights.current({ principal: ann, local: false }, 'notes')).toThrow(/not known now/);
  });

  it('reads the definitions of a table once for all that it is prepared for at the same time', async () => {
    const many = Array.from({ length: 200 }, (_, n) => principalOf(new RecordId('user', n)));
    await Promise.all([ann, ...many].map((principal) => rights.prepare(principal, ['notes'])));
    expect(rights.current({ principal: ann, local: false }, 'notes')).toHaveProperty('where');
    // One for the first, one for those that came while it was read.
    expect(questions.reads).toBe(2);
  });

  it('says that a table is defined otherwise, whoever it was read for when that was found', async () => {
    await rights.prepare(ann, ['plans']);
    await known.readDefinitions();
    await questions.ask('DEFINE TABLE OVERWRITE plans PERMISSIONS FOR select WHERE team = $auth.team.id');
    await rights.prepare(principalOf(new RecordId('staff', 'bob')), ['plans']);
    expect([...(await known.readDefinitions())]).toEqual(['plans']);
    expect([...(await known.readDefinitions())]).toEqual([]);
  });

  it('knows all that is prepared for one principal at the same time', async () => {
    await Promise.all([rights.prepare(ann, ['notes']), rights.prepare(ann, ['files'])]);
    for (const topic of ['notes', 'files']) {
      expect(rights.current({ principal: ann, local: false }, topic)).toHaveProperty('where');
    }
  });
});
