import { REALTIME_PATH } from '@edge-hive/protocol';
import { upgradeRequest } from '../../test/support/raw-socket.js';
import type { Attacker } from '../attacker.js';
import { attackWith } from '../line.js';
import { mutated, randomBytes } from '../mutation.js';

/** What a server of another kind would be asked, and what this one is. */
const BEGINNINGS = [
  upgradeRequest(REALTIME_PATH),
  upgradeRequest('/rpc', { 'Sec-WebSocket-Protocol': 'cbor' }),
  'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /api/v1/channels/a/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n{"a":',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  'SSH-2.0-x\r\n',
  'GET / HTTP/0.9\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'));

/** Bytes of no meaning, and requests with faults in them. */
export const rawBytes: Attacker = {
  name: 'raw bytes',
  attack: ({ httpUrl, otherUrl, databaseUrl }, random) => {
    const bytes = random.isOneIn(3) ? randomBytes(random, 2_000) : mutated(random.pick(BEGINNINGS), random);
    return attackWith(random.pick([httpUrl, otherUrl, databaseUrl]), bytes, random);
  },
};
