import { randomBytes } from 'node:crypto';
import type { Surreal } from 'surrealdb';
import type { TestDatabase } from '../../test/support/database.js';
import { recordTokenOf } from '../../test/support/tokens.js';

/** Record users. Who sees which letters is said by permissions of the database alone, and changes all the time. */
export const PEOPLE = ['ida', 'jon', 'kim', 'leo'] as const;
/** Where letters are. */
export const CHAMBERS = ['east', 'west', 'north'] as const;

/** What is written there is seen by whoever belongs to its chamber, or by its keepers; the permission says so in one way or another. */
export const LETTERS = {
  letter: { seenBy: 'belongs', select: 'chamber IN $auth->belongs->chamber' },
  parcel: { seenBy: 'belongs', select: 'chamber<-belongs<-person CONTAINS $auth.id' },
  note: { seenBy: 'keeps', select: 'chamber.keepers CONTAINS $auth.id' },
} as const;

export type LetterTable = keyof typeof LETTERS;

export const LETTER_TABLES = Object.keys(LETTERS) as readonly LetterTable[];

const ACCESS = 'people';
const NEVER = 4_000_000_000;
const FEED = 'CHANGEFEED 3d INCLUDE ORIGINAL';

/** Signs the tokens of one run. The gateways don't have it. */
const key = randomBytes(64).toString('hex');

/** A letter is for those who belong to its chamber or keep it, and its seal for those of them who are trusted. */
export async function defineLetters(connection: Surreal): Promise<void> {
  await connection.query(
    `DEFINE TABLE person TYPE NORMAL ${FEED}; DEFINE TABLE chamber TYPE NORMAL ${FEED}; DEFINE TABLE belongs TYPE RELATION ${FEED};
     DEFINE FIELD keepers ON chamber TYPE array<record<person>> DEFAULT [];
     DEFINE ACCESS ${ACCESS} ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${key}' DURATION FOR SESSION 1d;
     ${LETTER_TABLES.map(
       (table) => `
     DEFINE TABLE ${table} ${FEED} PERMISSIONS FOR select WHERE ${LETTERS[table].select};
     DEFINE FIELD chamber ON ${table} TYPE record<chamber>;
     DEFINE FIELD seal ON ${table} PERMISSIONS FOR select WHERE $auth.trusted;`,
     ).join('')}
     ${PEOPLE.map((name) => `CREATE person:${name} SET trusted = false;`).join('')}
     ${CHAMBERS.map((name) => `CREATE chamber:${name};`).join('')}`,
  );
}

export function tokenOfPerson(name: string, { namespace, database }: TestDatabase): string {
  return recordTokenOf(`person:${name}`, { namespace, database, access: ACCESS, key }, NEVER);
}
