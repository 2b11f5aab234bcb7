import { ServerError } from 'surrealdb';
import type { RecordUser } from '../auth/tokens/principal.js';
import { textsOfExisting, type Questions } from '../surreal/connection/questions.js';
import type { Query } from '../surreal/connection/sdk-session.js';
import { recordIdText } from '../values/record-id-text.js';
import { tokensOf } from './expression/tokens.js';
import type { Constants } from './row-condition.js';

/** Principals that are asked for in one statement. */
const PRINCIPALS_AT_ONCE = 100;

/** What is to be worked out for one principal. */
export interface Asked {
  readonly user: RecordUser;
  readonly texts: readonly string[];
}

/** What it is; or that the principal's record is gone, or why the database can't work it out. */
export type Answer =
  | { readonly kind: 'constants'; readonly constants: Constants }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Has the database work out the constants of permissions, for several principals and all in one state of the database. Their text
 * comes from definitions alone, and what they run in is never committed.
 *
 * @param alsoAsk asks something else of the same state
 * @throws DatabaseUnavailable
 */
export function askConstants(
  questions: Questions,
  asked: readonly Asked[],
  alsoAsk: (query: Query) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Answer[]> {
  return questions.atOneState(async (query) => {
    await alsoAsk(query);
    const answers: Answer[] = [];
    for (let start = 0; start < asked.length; start += PRINCIPALS_AT_ONCE) {
      answers.push(...(await askSome(query, asked.slice(start, start + PRINCIPALS_AT_ONCE))));
    }
    return answers;
  });
}

async function askSome(query: Query, asked: readonly Asked[]): Promise<readonly Answer[]> {
  try {
    return await ask(query, asked);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const [only] = asked;
    if (only && asked.length === 1) return [{ kind: 'failed', reason: error.message }];
    // One of them fails: which one is found out one by one.
    const answers: Answer[] = [];
    for (const one of asked) answers.push(...(await askSome(query, [one])));
    return answers;
  }
}

async function ask(query: Query, asked: readonly Asked[]): Promise<readonly Answer[]> {
  const bindings: Record<string, unknown> = { rights_records: asked.map(({ user }) => user.auth) };
  const lists = asked.map(({ user, texts }, n) => {
    for (const [name, value] of Object.entries(parametersOf(user))) bindings[`rights_${name}_${n}`] = value;
    return `[${texts.map((text) => bound(text, n)).join(', ')}]`;
  });
  const [rows, values] = await query(`SELECT VALUE id FROM $rights_records; RETURN [${lists.join(', ')}]`, bindings);
  const there = textsOfExisting(rows);
  return asked.map(({ user, texts }, n): Answer => {
    if (!there.has(recordIdText(user.auth))) return { kind: 'gone' };
    const list = (values as readonly (readonly unknown[])[])[n] ?? [];
    return { kind: 'constants', constants: new Map(texts.map((text, at) => [text, list[at]])) };
  });
}

function parametersOf({ auth, access, token, session }: RecordUser): Readonly<Record<string, unknown>> {
  return { auth, access, token, session };
}

/** SurrealDB doesn't let `$auth` and its kin be bound: they have other names. */
function bound(text: string, n: number): string {
  let result = '';
  let at = 0;
  for (const { kind, text: name, start, end } of tokensOf(text)) {
    if (kind !== 'parameter') continue;
    result += `${text.slice(at, start)}$rights_${name.slice(1)}_${n}`;
    at = end;
  }
  return result + text.slice(at);
}
