import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { termsOf, welcomeFrame } from './welcome.js';
import { welcomeText } from './welcome-text.js';

const TIME = '2030-01-02T03:04:05.678Z';

describe('welcomeText', () => {
  it.each<Pick<Principal, 'id' | 'expires'>>([
    { id: 'ann', expires: 1_900_000_000 },
    { id: 'with "quotes" \u2028 and } braces' },
  ])('is the welcome of each client, under the terms that it is told: %j', (who) => {
    for (const limitFrameBytes of [1_000, 2_000]) {
      const terms = termsOf(Object.assign(new Config(), { limitFrameBytes }));
      for (const connection of ['one', 'other']) {
        const frame = welcomeFrame(connection, { ...who, roles: [], claims: {} }, TIME, terms);
        expect(JSON.parse(welcomeText(frame))).toEqual(JSON.parse(JSON.stringify(frame)));
      }
    }
  });
});
