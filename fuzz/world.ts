import { setTimeout as delay } from 'node:timers/promises';
import type { Surreal } from 'surrealdb';
import { Random } from '../chaos/random.js';
import { TestClient } from '../test/support/client.js';
import { CANARY, PRINCIPALS, type PrincipalId } from './canary.js';
import { connectWriter } from './connect-writer.js';
import { EXPRESSIONS } from './expressions.js';
import { lastingToken } from './lasting-token.js';
import { permittedWrites, recordUsers } from './record-users.js';

const SOMEBODY = 'somebody else';
const ADMIN = { role: 'admin' };

/** Rights of every kind, for the attackers to get around. The table `sealed` has none. */
export const POLICY = {
  topics: {
    bystander: { read: 'authenticated' },
    open: { read: 'public' },
    fenced: { read: 'authenticated', where: { owner: '$principal.id' }, fields: ['owner', 'k', 'v'] },
    claimed: { read: 'authenticated', where: { owner: '$claims.who' } },
    listed: { read: 'authenticated', where: { owner: { in: '$claims.whose' } } },
    ranked: { read: 'authenticated', where: { level: { lte: '$claims.level:number' } } },
    witnessed: { read: ADMIN },
    permitted: { read: 'surrealdb' },
  },
  channels: {
    bystander: { subscribe: 'authenticated', publish: 'authenticated' },
    'fuzz:*': { subscribe: 'authenticated', publish: 'authenticated', history: { size: 100 } },
    'open:*': { subscribe: 'public', publish: 'none' },
    'own:{id}': {
      subscribe: { any: [{ principal: '{id}' }, ADMIN] },
      publish: ADMIN,
      history: { size: 1_000, age: '1h' },
    },
    'hidden:*': { subscribe: ADMIN, publish: ADMIN, history: { size: 100 } },
  },
} as const;

/** Tables that there are, most of them named in the policy. */
export const TABLES = ['open', 'fenced', 'claimed', 'listed', 'ranked', 'witnessed', 'sealed'] as const;
/** Rows of each principal in `fenced`. */
const SLOTS = 50;
const PAUSE_MS = 40;
const SHOWN_FIELDS: ReadonlySet<string> = new Set(['id', 'owner', 'k', 'v']);

/** Writes rows of every type and publishes, for the attackers to see what is theirs and nothing else. */
export class World {
  private readonly random = new Random(1);
  private readonly expressions: string[] = [];
  private k = 0;

  private constructor(
    private readonly writer: Surreal,
    private readonly publisher: TestClient,
    private readonly witness: TestClient,
    readonly recordTokens: Readonly<Record<PrincipalId, string>>,
  ) {}

  static async create(url: string, databaseUrl: string): Promise<World> {
    const writer = await connectWriter(databaseUrl);
    const admin = { token: lastingToken('admin', { roles: ['admin'] }) };
    const publisher = await TestClient.connect(url, admin);
    const witness = await TestClient.connect(url, admin);
    const world = new World(writer, publisher, witness, await recordUsers(writer, databaseUrl));
    await world.prepare();
    return world;
  }

  /** Its connections to the service. */
  readonly connections = 2;

  /** How often somebody who may was shown what the attackers must not be: otherwise nothing would be proven. */
  get sightings(): number {
    return this.witness.frames.filter((frame) => JSON.stringify(frame).includes(CANARY)).length;
  }

  /** @throws Error when something can't be written or published */
  async turn(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      this.k += 1;
      await this.writer.query(this.writes());
      this.publish();
      // The witness keeps what it needs to, and no more.
      if (this.witness.frames.length > 1_000) this.witness.frames.length = 500;
      await delay(PAUSE_MS);
    }
  }

  async leave(): Promise<void> {
    await Promise.all([this.writer.close(), this.publisher.close(), this.witness.close()]);
  }

  private async prepare(): Promise<void> {
    for (const table of TABLES) await this.writer.query(`DEFINE TABLE IF NOT EXISTS ${table}`);
    // One database or the other knows no such value.
    for (const expression of EXPRESSIONS) {
      const known = await this.writer.query(`UPSERT sealed:1 SET v = ${expression}`).then(
        () => true,
        () => false,
      );
      if (known) this.expressions.push(expression);
    }
    const hidden = [
      'NONE',
      'null',
      '[]',
      '{}',
      '[NONE]',
      `[${SOMEBODY_RECORD}]`,
      SOMEBODY_RECORD,
      'math::inf',
      '-math::inf',
    ];
    for (const [n, owner] of hidden.entries()) {
      const level = owner.includes('inf') ? 'math::inf' : owner;
      for (const table of ['claimed', 'listed', 'ranked', 'sealed', 'witnessed']) {
        const content = `{ owner: ${owner}, level: ${level}, v: '${CANARY}' }`;
        await this.writer.query(`UPSERT ${table}:⟨${CANARY}-${n}⟩ CONTENT ${content}`);
      }
    }
    await this.witness.request({ type: 'subscribe', id: 'topic', topic: 'witnessed', snapshot: true });
    await this.witness.request({ type: 'subscribe', id: 'channel', channel: 'hidden:room' });
    const presence = { type: 'presence', id: 'presence', channel: 'hidden:room', state: { v: CANARY } };
    await this.witness.request(presence);
  }

  private writes(): string {
    const { k, random } = this;
    const slot = k % SLOTS;
    const value = () => random.pick(this.expressions);
    return [
      ...PRINCIPALS.map((owner) => fenced(`${owner}-${slot}`, owner, k, value())),
      fenced(`${CANARY}-${slot}`, SOMEBODY, k, `'${CANARY}'`),
      // The SDK makes a prototype of it, from which the row would inherit an owner.
      `UPSERT fenced:⟨${CANARY}-heir-${slot}⟩ CONTENT { '__proto__': { owner: '${PRINCIPALS[0]}' }, k: ${k}, v: '${CANARY}' }`,
      `UPSERT open:⟨${slot}⟩ CONTENT { k: ${k}, v: ${value()}, w: [${value()}], x: { y: ${value()} } }`,
      ...permittedWrites(k, random),
      `UPSERT witnessed:⟨${slot}⟩ CONTENT { v: '${CANARY}', k: ${k} }`,
      `UPSERT ${random.pick(['claimed', 'listed', 'ranked'])}:⟨${CANARY}-${random.between(0, 6)}⟩ SET k = ${k}`,
      ...(random.isOneIn(10) ? [`DELETE open:⟨${random.between(0, SLOTS)}⟩`] : []),
      ...(random.isOneIn(20) ? [`DELETE fenced:⟨${CANARY}-${random.between(0, SLOTS)}⟩`] : []),
      ...(random.isOneIn(40) ? [`DELETE fenced:⟨${random.pick(PRINCIPALS)}-${random.between(0, SLOTS)}⟩`] : []),
    ]
      .map((statement) => (statement.startsWith('DELETE') ? statement : `${statement} RETURN NONE`))
      .join('; ');
  }

  private publish(): void {
    const say = (channel: string, data: unknown) =>
      this.publisher.send({ type: 'publish', channel, event: 'said', data });
    for (const to of PRINCIPALS) say(`own:${to}`, { to, k: this.k });
    say(`own:${SOMEBODY}`, CANARY);
    say('hidden:room', CANARY);
  }
}

const SOMEBODY_RECORD = 'somebody:else';

function fenced(id: string, owner: string, k: number, value: string): string {
  return `UPSERT fenced:⟨${id}⟩ CONTENT { owner: '${owner}', k: ${k}, v: ${value}, secret: '${CANARY}' }`;
}

/** Why this row of `fenced` is not this principal's to see; `undefined` where it is. */
export function trespass(row: unknown, principal: string): string | undefined {
  if (typeof row !== 'object' || row === null) return 'A row is no object.';
  const { id, owner } = row as { id?: unknown; owner?: unknown };
  const hidden = Object.keys(row).filter((field) => !SHOWN_FIELDS.has(field));
  if (hidden.length > 0) return `A row has ${hidden.join()}.`;
  const isTheirs = typeof id === 'string' && id.includes(principal) && (owner === undefined || owner === principal);
  return isTheirs ? undefined : `${principal} was shown the row ${JSON.stringify(row).slice(0, 300)}.`;
}
