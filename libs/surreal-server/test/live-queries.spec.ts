import { expect, it } from '@jest/globals';
import { type LiveMessage, type LiveSubscription, type Surreal, Table } from 'surrealdb';
import { connect, connectRoot, withEmbedded } from './support.js';

const place = { namespace: 'test', database: 'test' };

const liveQueries = async (db: Surreal): Promise<string[]> => {
  const [{ lives }] = await db.query<[{ lives: object }]>('INFO FOR TABLE note');
  return Object.keys(lives);
};

const nextOf = (subscription: LiveSubscription): Promise<LiveMessage> =>
  new Promise((resolve) => {
    const stop = subscription.subscribe((message) => {
      stop();
      resolve(message);
    });
  });

const next = async (db: Surreal): Promise<Promise<LiveMessage>[]> => [nextOf(await db.live(new Table('note')))];

it('tells each socket of its own live query, in the rights of its user', () =>
  withEmbedded(async (url) => {
    const admin = await connectRoot(url);
    await admin.query(`
      DEFINE TABLE note PERMISSIONS FOR select WHERE owner = $auth.name;
      DEFINE TABLE account;
      DEFINE ACCESS member ON DATABASE TYPE RECORD SIGNUP (CREATE account SET name = $name)`);
    const [ada, bob] = await Promise.all([connect(url, undefined, place), connect(url, undefined, place)]);
    await ada.signup({ ...place, access: 'member', variables: { name: 'ada' } });
    await bob.signup({ ...place, access: 'member', variables: { name: 'bob' } });
    const [[forAda], [forBob], [forAdmin]] = await Promise.all([next(ada), next(bob), next(admin)]);
    await admin.query(`CREATE note:1 SET owner = 'bob'`);
    expect(await forAdmin).toMatchObject({ action: 'CREATE', value: { owner: 'bob' } });
    await admin.query(`CREATE note:2 SET owner = 'ada'`);
    expect(await forAda).toMatchObject({ action: 'CREATE', value: { owner: 'ada' } });
    expect(await forBob).toMatchObject({ action: 'CREATE', value: { owner: 'bob' } });
    await Promise.all([admin.close(), ada.close(), bob.close()]);
  }));

it('tells a live query of a second session on the socket', () =>
  withEmbedded(async (url) => {
    const db = await connectRoot(url);
    await db.query('DEFINE TABLE note');
    const fork = await db.forkSession();
    const told = nextOf(await fork.live(new Table('note')));
    await db.query('CREATE note:1');
    expect(await told).toMatchObject({ action: 'CREATE' });
    await db.close();
  }));

it('tells the owner that a live query was killed', () =>
  withEmbedded(async (url) => {
    const [owner, other] = await Promise.all([connectRoot(url), connectRoot(url)]);
    await owner.query('DEFINE TABLE note');
    const live = await owner.live(new Table('note'));
    const told = nextOf(live);
    await other.query('KILL $id', { id: live.id });
    expect(await told).toMatchObject({ action: 'KILLED' });
    await Promise.all([owner.close(), other.close()]);
  }));

it('ends live queries with their socket or session', () =>
  withEmbedded(async (url) => {
    const [db, leaving] = await Promise.all([connectRoot(url), connectRoot(url)]);
    await db.query('DEFINE TABLE note');
    const fork = await db.forkSession();
    await Promise.all([leaving.live(new Table('note')), fork.live(new Table('note'))]);
    expect(await liveQueries(db)).toHaveLength(2);
    await leaving.close();
    await fork.invalidate(); // else the SDK's timer for renewing its token outlives it
    await fork.closeSession();
    while ((await liveQueries(db)).length > 0); // the server ends them after the client has seen the close
    await db.close();
  }));
