import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Parser } from '@asyncapi/parser';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { COMMANDS, FRAMES } from '../src/asyncapi/asyncapi-document.js';
import { AsyncApiModule } from '../src/asyncapi/asyncapi.module.js';
import { ConfigModule } from '../src/config/config.module.js';
import { loadConfig } from '../src/config/load-config.js';
import { faultOfCommand, faultOfFrame } from './support/frame-validator.js';

/** Of the parser's severities: error and warning. */
const FAULTS: readonly number[] = [0, 1];

@Module({ imports: [ConfigModule.forRoot(loadConfig({})), AsyncApiModule] })
class ServedModule {}

describe('the AsyncAPI description', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create(ServedModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  it('is served, and the AsyncAPI parser finds nothing wrong with it', async () => {
    const response = await fetch(`${url}${REALTIME_PATH}/asyncapi.json`);
    const { document, diagnostics } = await new Parser().parse(await response.text());

    expect(diagnostics.filter(({ severity }) => FAULTS.includes(severity))).toEqual([]);
    expect(document?.channels().get('realtime')?.address()).toBe(REALTIME_PATH);
  });

  it('names the address that was asked', async () => {
    const response = await fetch(`${url}${REALTIME_PATH}/asyncapi.json`);
    expect(await response.json()).toMatchObject({ servers: { this: { host: new URL(url).host, protocol: 'ws' } } });
  });

  it.each([...examplesOf(COMMANDS), ...examplesOf(FRAMES)])('describes its own example of $type', ({ payload }) => {
    expect(faultOfFrame(payload)).toBeUndefined();
  });

  it.each(examplesOf(COMMANDS))('shows a $type that the service accepts', ({ payload }) => {
    expect(faultOfCommand(JSON.stringify(payload))).toBeUndefined();
  });

  const long = (length: number) => 'x'.repeat(length);
  const subscribe = (fields: object) => ({ type: 'subscribe', topic: 'messages', ...fields });
  const publish = (fields: object) => ({ type: 'publish', channel: 'room', ...fields });

  it.each([
    ['no token', { type: 'auth' }],
    ['a token that is no text', { type: 'auth', token: 1 }],
    ['an id that is no text', { type: 'ping', id: 1 }],
    ['an id that is too long', { type: 'ping', id: long(65) }],
    ['no topic', { type: 'subscribe' }],
    ['topic and channel', subscribe({ channel: 'room' })],
    ['an empty topic', { type: 'subscribe', topic: '' }],
    ['a topic that is too long', { type: 'subscribe', topic: long(257) }],
    ['a channel that is too long', { type: 'subscribe', channel: long(257) }],
    ['fields that are no array', subscribe({ fields: 'text' })],
    ['an empty field', subscribe({ fields: [''] })],
    ['too many fields', subscribe({ fields: Array.from({ length: 257 }, () => 'text') })],
    ['no events', subscribe({ events: [] })],
    ['an unknown event', subscribe({ events: ['INSERT'] })],
    ['a snapshot that is a text', subscribe({ snapshot: 'yes' })],
    ['a snapshot of no rows', subscribe({ snapshot: { limit: 0 } })],
    ['a snapshot of half a row', subscribe({ snapshot: { limit: 1.5 } })],
    ['an order without a field', subscribe({ snapshot: { orderBy: [{}] } })],
    ['a cursor that is too long', subscribe({ since: long(65) })],
    ['an epoch that is too long', subscribe({ epoch: long(257) })],
    ['nothing to unsubscribe from', { type: 'unsubscribe' }],
    ['two things to unsubscribe from', { type: 'unsubscribe', stream: 'topic-1', topic: 'messages' }],
    ['no event', publish({})],
    ['an event that is too long', publish({ event: long(129) })],
    ['an empty key', publish({ event: 'said', key: '' })],
    ['an echo that is a text', publish({ event: 'said', echo: 'no' })],
    ['a presence that is no text', subscribe({ presence: 'all' })],
    ['no state', { type: 'presence', channel: 'room' }],
    ['a state that is a list', { type: 'presence', channel: 'room', state: [] }],
    ['an empty key of a presence', { type: 'presence', channel: 'room', state: {}, key: '' }],
    ['a key of a presence that is too long', { type: 'presence', channel: 'room', state: null, key: long(65) }],
    ['an unknown command', { type: 'unpublish', channel: 'room' }],
  ])('refuses what the service refuses: %s', (_, frame) => {
    expect(faultOfCommand(JSON.stringify(frame))).toBeDefined();
    expect(faultOfFrame(frame)).toBeDefined();
  });

  it.each([
    ['an unknown field', { type: 'auth', token: 't', unknown: true }],
    ['the longest texts', { type: 'subscribe', topic: long(256), since: long(64), epoch: long(256) }],
    ['no fields', subscribe({ fields: [] })],
    ['a snapshot in order', subscribe({ snapshot: { limit: 1, orderBy: [{ field: 'text' }] } })],
    ['a stream', { type: 'unsubscribe', stream: 'topic-1' }],
    ['no data', publish({ event: 'said' })],
    ['a count of who is there', { type: 'subscribe', channel: 'room', presence: 'count' }],
    ['the longest key of a presence', { type: 'presence', channel: 'room', state: {}, key: long(64) }],
    ['a leave', { type: 'presence', channel: 'room', state: null }],
  ])('allows what the service allows: %s', (_, frame) => {
    expect(faultOfCommand(JSON.stringify(frame))).toBeUndefined();
    expect(faultOfFrame(frame)).toBeUndefined();
  });
});

function examplesOf(
  messages: Record<string, { readonly examples: readonly { readonly payload: { type: string } }[] }>,
) {
  return Object.values(messages).flatMap(({ examples }) =>
    examples.map(({ payload }) => ({ type: payload.type, payload })),
  );
}
