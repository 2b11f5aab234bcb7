import { randomBytes } from 'node:crypto';
import type { Surreal } from 'surrealdb';
import type { TestDatabase } from '../../test/support/database.js';
import { recordTokenOf } from '../../test/support/tokens.js';

/** Record users. Who sees which letters is said by permissions of the database alone, and changes all the time. */
export const PEOPLE = ['ida', 'jon', 'kim', 'leo'] as const;
/** Where letters are. */
export const CHAMBERS = ['east', 'west', 'north'] as const;

export const LETTER_TABLE = 'letter';

const ACCESS = 'people';
const NEVER = 4_000_000_000;
const FEED = 'CHANGEFEED 3d INCLUDE ORIGINAL';

/** Signs the tokens of one run. The gateways don't have it. */
const key = randomBytes(64).toString('hex');

/** A letter is for those who belong to its chamber, and its seal for those of them who are trusted. */
export async function defineLetters(connection: Surreal): Promise<void> {
  await connection.query(
    `DEFINE TABLE person ${FEED}; DEFINE TABLE chamber ${FEED}; DEFINE TABLE belongs TYPE RELATION ${FEED};
     DEFINE ACCESS ${ACCESS} ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${key}' DURATION FOR SESSION 1d;
     DEFINE TABLE ${LETTER_TABLE} ${FEED} PERMISSIONS FOR select WHERE chamber IN $auth->belongs->chamber;
     DEFINE FIELD seal ON ${LETTER_TABLE} PERMISSIONS FOR select WHERE $auth.trusted;
     ${PEOPLE.map((name) => `CREATE person:${name} SET trusted = false;`).join('')}
     ${CHAMBERS.map((name) => `CREATE chamber:${name};`).join('')}`,
  );
}

export function tokenOfPerson(name: string, { namespace, database }: TestDatabase): string {
  return recordTokenOf(`person:${name}`, { namespace, database, access: ACCESS, key }, NEVER);
}
