import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { NotAllowedError, type Surreal } from 'surrealdb';
import { connect, connectRoot, root } from './support.js';

const schema = `
  DEFINE USER ns_user ON NAMESPACE PASSWORD 'secret' ROLES VIEWER;
  DEFINE USER db_user ON DATABASE PASSWORD 'secret' ROLES EDITOR;
  DEFINE TABLE account PERMISSIONS FOR select WHERE id = $auth.id;
  DEFINE ACCESS member ON DATABASE TYPE RECORD
    SIGNUP (CREATE account SET name = $name, pass = $pass)
    SIGNIN (SELECT * FROM account WHERE name = $name AND pass = $pass);
  DEFINE TABLE secret PERMISSIONS NONE; CREATE secret:1;
  DEFINE TABLE open PERMISSIONS FULL; CREATE open:1`;

const place = { namespace: 'test', database: 'test' };
const member = (name: string) => ({ ...place, access: 'member', variables: { name, pass: 'p' } });

describe('the embedded server', () => {
  let surreal: SurrealProcess;
  let admin: Surreal;

  beforeAll(async () => {
    surreal = await startSurreal();
    admin = await connectRoot(surreal.url);
    await admin.query(schema);
  });

  afterAll(async () => {
    await admin.close();
    await surreal.stop();
  });

  it('refuses every query before sign-in', async () => {
    const db = await connect(surreal.url, undefined, place);
    await expect(db.query('SELECT * FROM open')).rejects.toThrow(NotAllowedError);
    await expect(db.beginTransaction()).rejects.toThrow('before sign-in');
    await expect(db.auth()).rejects.toThrow('before sign-in');
    await db.close();
  });

  it('refuses a wrong password and stays closed', async () => {
    const db = await connect(surreal.url, undefined, place);
    await expect(db.signin({ ...root, password: 'wrong' })).rejects.toThrow('There was a problem with authentication');
    await expect(db.query('SELECT * FROM open')).rejects.toThrow('before sign-in');
    await db.close();
  });

  it.each([
    ['the root user', root],
    ['a namespace user', { username: 'ns_user', password: 'secret', namespace: 'test' }],
    ['a database user', { username: 'db_user', password: 'secret', ...place }],
  ])('signs %s in', async (_, authentication) => {
    const db = await connect(surreal.url, authentication, place);
    expect(await db.query('SELECT * FROM secret')).toHaveLength(1);
    await db.close();
  });

  it('holds a database user to its role', async () => {
    const db = await connect(surreal.url, { username: 'db_user', password: 'secret', ...place });
    await expect(db.query(`DEFINE USER other ON DATABASE PASSWORD 'x' ROLES OWNER`)).rejects.toThrow('permissions');
    await db.close();
  });

  it('holds a record user to the permissions of tables', async () => {
    const db = await connect(surreal.url, undefined, place);
    await db.signup(member('ada'));
    expect(await db.query('SELECT * FROM secret')).toEqual([[]]);
    expect(await db.query('SELECT VALUE name FROM account')).toEqual([['ada']]);
    await db.close();
  });

  it('lets a record user in by its token', async () => {
    const first = await connect(surreal.url, undefined, place);
    const { access } = await first.signup(member('grace'));
    const second = await connect(surreal.url);
    await second.authenticate(access);
    expect(await second.query('SELECT VALUE name FROM account')).toEqual([['grace']]);
    await Promise.all([first.close(), second.close()]);
  });

  it('leaves a record user its rights when another sign-in fails', async () => {
    const db = await connect(surreal.url, undefined, place);
    await db.signup(member('mary'));
    await expect(db.signin(member('nobody'))).rejects.toThrow();
    await expect(db.authenticate('no token')).rejects.toThrow();
    expect(await db.query('SELECT * FROM secret')).toEqual([[]]);
    await db.close();
  });

  it.each(['invalidate', 'reset'] as const)('refuses queries again after %s', async (signOut) => {
    const db = await connect(surreal.url, root, place);
    await db[signOut]();
    await expect(db.query('SELECT * FROM secret')).rejects.toThrow('before sign-in');
    await db.close();
  });

  it('answers a database without a namespace with an error', async () => {
    const db = await connect(surreal.url);
    await expect(db.use({ database: 'test' })).rejects.toThrow('namespace');
    expect(await db.version()).toEqual({ version: expect.stringContaining('surrealdb-3') });
    await db.close();
  });
});
