import type { Random } from '../../chaos/random.js';
import { RawSocket, upgradeRequest } from '../../test/support/raw-socket.js';
import type { Attacker } from '../attacker.js';
import { frame, oddFrame } from '../frame.js';
import { leave, sendInPieces } from '../line.js';
import { mutated, randomBytes } from '../mutation.js';

const BINARY = 2;

/** Calls in CBOR: `{id: 1, method: "ping"}`, one with parameters, containers without an end, tags in tags, huge lengths. */
const CALLS = [
  'a2626964016670696e67',
  'a2626964016666d6574686f646470696e67',
  'a262696401666d6574686f646470696e67',
  'a362696402666d6574686f6467757365706172616d7382616161b8',
  'a362696402666d6574686f6465717565727966706172616d738168494e464f20464f52',
  'bf6269640166ff',
  '9b7fffffffffffffff',
  'bb7fffffffffffffff',
  'a1626964' + 'c6'.repeat(500) + 'f6',
  'a1626964' + '81'.repeat(20_000) + '01',
  'a1',
  'ff',
].map((hex) => Buffer.from(hex.length % 2 === 0 ? hex : hex.slice(0, -1), 'hex'));

/** What the embedded database's port is sent behind a right handshake, by whom it has not let in. */
export const databaseFrames: Attacker = {
  name: 'database frames',
  attack: async ({ databaseUrl }, random) => {
    const socket = await RawSocket.connect(databaseUrl);
    socket.send(upgradeRequest('/rpc', { 'Sec-WebSocket-Protocol': 'cbor' }));
    if (!random.isOneIn(4)) await socket.until('\r\n\r\n').catch(() => undefined);
    const frames = Array.from({ length: random.between(1, 8) }, () => call(random));
    await sendInPieces(socket, Buffer.concat(frames), random);
    await leave(socket, random);
  },
};

function call(random: Random): Buffer {
  const bytes = random.isOneIn(4) ? randomBytes(random, 200) : random.pick(CALLS);
  const payload = random.isOneIn(2) ? mutated(bytes, random) : bytes;
  return random.isOneIn(3) ? oddFrame(payload, random) : frame({ opcode: BINARY, payload });
}
