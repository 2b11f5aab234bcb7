import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { TestClient } from './support/client.js';
import { startService, type Service } from './support/service.js';
import { tokenOf } from './support/tokens.js';

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));
const API_KEY = 'the key of a server of the tests';
const SCRIPT_KEY = `key_${'k'.repeat(32)}`;
const START_MS = 120_000;

describe('the service of one’s own of docs/extending.md', () => {
  let service: Service;

  beforeAll(async () => {
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    // Its types are checked with all others.
    execFileSync(process.execPath, [tsc, '-p', EXAMPLES, '--noCheck']);
    const digest = createHash('sha256').update(SCRIPT_KEY).digest('hex');
    const main = `${EXAMPLES}/dist/examples/own-service.js`;
    service = await startService({ API_KEY, SCRIPT_KEYS: `backup=${digest}` }, undefined, { main });
  }, START_MS);

  afterAll(() => service?.stop(), START_MS);

  it('is composed as the document shows', () => {
    const shown = /^await run\(.*\);$/m;
    const [example, document] = ['examples/own-service.ts', 'docs/extending.md'].map((path) =>
      shown.exec(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')),
    );
    expect(document?.[0]).toBeDefined();
    expect(document?.[0]).toBe(example?.[0]);
  });

  it('has the verifier that was chosen, which lets keys of scripts in, and tokens as before', async () => {
    const script = await TestClient.connect(service.gateway.url, { token: SCRIPT_KEY });
    expect(await script.next('welcome')).toMatchObject({ principal: { id: 'script:backup' } });
    await script.close();
    const user = await TestClient.connect(service.gateway.url, { token: tokenOf('user-1') });
    expect(await user.next('welcome')).toMatchObject({ principal: { id: 'user-1' } });
    await user.close();
    const stranger = await TestClient.connect(service.gateway.url, { token: `key_${'x'.repeat(32)}` });
    expect(await stranger.closed).toMatchObject({ code: 4401, reason: expect.stringContaining('no such key') });
  });

  it('carries messages by the broker that was chosen', async () => {
    const client = await service.connect('user-1');
    await client.request({ type: 'subscribe', id: 's', channel: 'news' });
    client.send({ type: 'publish', channel: 'news', event: 'headline', data: 'by the broker' });
    expect(await client.next('message')).toMatchObject({ event: 'headline', data: 'by the broker' });
    const metrics = await (await fetch(`${service.gateway.httpUrl}/metrics`)).text();
    expect(metrics).toContain('own_messages_total{event="headline"} 1\n');
    await client.close();
  });

  it('has the gateway and the endpoint that were added', async () => {
    await service.writer.query('DEFINE TABLE prices CHANGEFEED 1h INCLUDE ORIGINAL; CREATE prices:tea SET cents = 250');
    const origin = service.gateway.httpUrl.replace('http', 'ws');
    const display = new WebSocket(`${origin}/api/v1/ticker?topic=prices&token=${SCRIPT_KEY}`);
    const [row] = (await once(display, 'message')) as [Buffer];
    expect(JSON.parse(row.toString())).toMatchObject({ action: 'SNAPSHOT', row: { cents: 250 } });
    display.close();
    const uptime = `${service.gateway.httpUrl}/api/v1/uptime`;
    expect((await fetch(uptime)).status).toBe(401);
    const answer = await fetch(uptime, { headers: { 'x-api-key': API_KEY } });
    expect(await answer.json()).toEqual({ seconds: expect.any(Number) });
  });
});
