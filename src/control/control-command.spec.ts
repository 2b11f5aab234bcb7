import { describe, expect, it } from '@jest/globals';
import { encodeControl, parseControl, type ControlCommand } from './control-command.js';

describe('a command to all instances', () => {
  it.each<ControlCommand>([
    { kind: 'disconnect', principal: 'person:⟨a-b⟩' },
    { kind: 'resync', topic: 'notes' },
    { kind: 'revoke', revocation: { jti: 'j-1', until: 1_790_000_000 } },
  ])('comes as it was given: %j', (command) => {
    expect(parseControl(encodeControl(command))).toEqual(command);
  });

  it.each([
    ['of another version', 'restart', '"now"'],
    ['of another kind', 'disconnect', '7'],
    ['that is no JSON', 'disconnect', '{'],
    ['that is empty', 'revoke', ''],
    ['of which the revocation is no JSON', 'revoke', '["{",null]'],
    ['of which the revocation is null', 'revoke', '["null",null]'],
  ])('is none %s', (_, event, data) => {
    expect(parseControl({ event, data })).toBeUndefined();
  });
});
