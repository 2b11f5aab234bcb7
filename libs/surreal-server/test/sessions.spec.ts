import { expect, it } from '@jest/globals';
import { connectRoot, withEmbedded } from './support.js';

it('keeps the sessions of a socket apart', () =>
  withEmbedded(async (url) => {
    const db = await connectRoot(url);
    await db.set('who', 'first');
    const fork = await db.forkSession();
    await fork.set('who', 'fork');
    await fork.query('DEFINE DATABASE other');
    await fork.use({ database: 'other' });
    const where = 'RETURN [$who, session::db()]';
    expect(await db.query(where)).toEqual([['first', 'test']]);
    expect(await fork.query(where)).toEqual([['fork', 'other']]);
    await db.close();
  }));

it('refuses a new session of a signed-in socket until it signs in itself', () =>
  withEmbedded(async (url) => {
    const db = await connectRoot(url);
    const session = await db.newSession();
    await expect(session.query('RETURN 1')).rejects.toThrow('before sign-in');
    await db.close();
  }));

it('lists the sessions of its own socket only', () =>
  withEmbedded(async (url) => {
    const [one, other] = await Promise.all([connectRoot(url), connectRoot(url)]);
    const session = await one.newSession();
    expect((await one.sessions()).map(String)).toEqual([String(session.session)]);
    expect(await other.sessions()).toEqual([]);
    await session.closeSession();
    expect(await one.sessions()).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  }));
