import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import { RawSocket, upgradeRequest } from '../../test/support/raw-socket.js';
import type { Attacker } from '../attacker.js';
import { oddFrame } from '../frame.js';
import { leave, sendInPieces } from '../line.js';
import { mutated, randomBytes } from '../mutation.js';

/** Something for the frames to hold: what is in them is others' to attack. */
const PAYLOADS = [
  '{"type":"ping","id":"1"}',
  '{"type":"subscribe","id":"2","channel":"fuzz:room"}',
  '{"type":"publish","id":"3","channel":"fuzz:room","event":"e","data":1}',
  '{"type":"auth","token":"x"}',
  '{',
  '',
].map((text) => Buffer.from(text));

/** Frames that break RFC 6455 in one way or another, on a connection that was opened rightly. */
export const webSocketFrames: Attacker = {
  name: 'WebSocket frames',
  attack: async ({ httpUrl, otherUrl, token }, random) => {
    const socket = await RawSocket.connect(random.pick([httpUrl, httpUrl, otherUrl]));
    const target = random.pick([REALTIME_PATH, `${REALTIME_PATH}?token=${token}`, `${REALTIME_PATH}?token=x`]);
    socket.send(upgradeRequest(target));
    // Now and then the frames come with the handshake.
    if (!random.isOneIn(4)) await socket.until('\r\n\r\n').catch(() => undefined);
    const frames = Array.from({ length: random.between(1, 12) }, () => oddFrame(payload(random), random));
    const bytes = Buffer.concat(frames);
    await sendInPieces(socket, random.isOneIn(4) ? mutated(bytes, random) : bytes, random);
    await leave(socket, random);
  },
};

function payload(random: Random): Buffer {
  return random.isOneIn(3) ? randomBytes(random, 300) : random.pick(PAYLOADS);
}
