import { expect, it } from '@jest/globals';
import { connectRoot, withEmbedded } from './support.js';

it('commits and cancels transactions', () =>
  withEmbedded(async (url) => {
    const db = await connectRoot(url);
    await db.query('DEFINE TABLE note');
    const kept = await db.beginTransaction();
    await kept.query('CREATE note:kept');
    expect(await db.query('SELECT * FROM note')).toEqual([[]]);
    await kept.commit();
    const dropped = await db.beginTransaction();
    await dropped.query('CREATE note:dropped');
    await dropped.cancel();
    expect(await db.query('SELECT VALUE record::id(id) FROM note')).toEqual([['kept']]);
    await expect(dropped.query('CREATE note:late')).rejects.toThrow('Transaction not found');
    await db.close();
  }));

it('cancels the open transactions of a socket that closes', () =>
  withEmbedded(async (url) => {
    const [db, leaving] = await Promise.all([connectRoot(url), connectRoot(url)]);
    await db.query('DEFINE TABLE note');
    const open = await leaving.beginTransaction();
    await open.query('CREATE note:1');
    await leaving.close();
    await db.query('CREATE note:1 SET by = "other"');
    expect(await db.query('SELECT VALUE by FROM note')).toEqual([['other']]);
    await db.close();
  }));
