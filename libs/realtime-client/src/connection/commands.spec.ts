import { describe, expect, it } from '@jest/globals';
import { Commands, type Outcome } from './commands.js';

describe('Commands', () => {
  const publish = (data: unknown) => ({ type: 'publish', channel: 'room:1', event: 'said', data }) as const;

  function setup() {
    const sent: string[] = [];
    const outcomes: Outcome[] = [];
    const commands = new Commands((text) => sent.push(text));
    commands.opened();
    return { sent, outcomes, commands, settle: outcomes.push.bind(outcomes) };
  }

  it('sends each with an id of its own', () => {
    const { commands, sent, settle } = setup();
    for (const data of [1, 2]) commands.send(publish(data), settle);
    expect(sent.map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { id: '1', data: 1 },
      { id: '2', data: 2 },
    ]);
  });

  it('refuses a frame for which the server would close, counting bytes and not characters', () => {
    const { commands, sent, outcomes, settle } = setup();
    commands.frameBytes = 120;
    commands.send(publish('x'.repeat(40)), settle);
    commands.send(publish('€'.repeat(40)), settle);
    expect(sent).toHaveLength(1);
    expect(outcomes).toMatchObject([{ error: { code: 'LIMIT_EXCEEDED' } }]);
  });

  it('settles by the id of the reply, once', () => {
    const { commands, outcomes, settle } = setup();
    commands.send(publish(1), settle);
    expect(commands.receive({ type: 'ack', id: '7' })).toBe(false);
    expect(commands.receive({ type: 'ack', id: '1' })).toBe(true);
    expect(commands.receive({ type: 'ack', id: '1' })).toBe(false);
    expect(outcomes).toEqual([{ reply: { type: 'ack', id: '1' } }]);
  });

  it('settles what is unanswered when the connection is lost', () => {
    const { commands, outcomes, settle } = setup();
    commands.send(publish(1), settle);
    commands.lost();
    expect(outcomes).toMatchObject([{ error: { code: 'DISCONNECTED' } }]);
  });
});
