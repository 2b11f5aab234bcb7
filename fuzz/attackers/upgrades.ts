import { upgradeRequest } from '../../test/support/raw-socket.js';
import type { Attacker } from '../attacker.js';
import { attackWith } from '../line.js';
import { randomBytes } from '../mutation.js';
import { HOSTS, TARGETS } from '../oddities.js';

/** As different as the ways that a server takes with them. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings', 'HTTP2-Settings': 'AAE' },
  { 'Sec-WebSocket-Key': '' },
  { 'Sec-WebSocket-Version': '1' },
  { 'Sec-WebSocket-Protocol': 'cbor' },
  { 'Sec-WebSocket-Protocol': 'bearer.x, edge-hive.v1' },
  { 'Sec-WebSocket-Protocol': ';' },
  { Authorization: 'Bearer x' },
  { Origin: 'http://evil.example' },
  { 'Content-Length': '10' },
  { 'Transfer-Encoding': 'chunked' },
];

/** Upgrades to somewhere, with something sent right behind, and a leave in the middle. */
export const upgrades: Attacker = {
  name: 'upgrades',
  attack: ({ httpUrl, otherUrl, databaseUrl }, random) => {
    const headers = { ...random.pick(HEADERS), ...(random.isOneIn(3) && { Host: random.pick(HOSTS) }) };
    const request = Buffer.from(upgradeRequest(random.pick(TARGETS), headers), 'latin1');
    const bytes = random.isOneIn(3) ? Buffer.concat([request, randomBytes(random, 200)]) : request;
    return attackWith(random.pick([httpUrl, otherUrl, databaseUrl]), bytes, random);
  },
};
