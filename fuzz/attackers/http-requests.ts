import type { Random } from '../../chaos/random.js';
import type { Attacker } from '../attacker.js';
import { attackWith } from '../line.js';
import { mutated } from '../mutation.js';
import { BODIES, HEADER_LINES, HOSTS, METHODS, TARGETS } from '../oddities.js';

/** Requests of odd parts, several behind each other on one connection. */
export const httpRequests: Attacker = {
  name: 'HTTP requests',
  attack: ({ httpUrl, otherUrl, databaseUrl }, random) => {
    const requests = Array.from({ length: random.isOneIn(4) ? random.between(2, 50) : 1 }, () => request(random));
    const bytes = Buffer.from(requests.join(''), 'latin1');
    const url = random.pick([httpUrl, httpUrl, otherUrl, databaseUrl]);
    return attackWith(url, random.isOneIn(4) ? mutated(bytes, random) : bytes, random);
  },
};

function request(random: Random): string {
  const headers = Array.from({ length: random.between(0, 6) }, () => random.pick(HEADER_LINES));
  const hosts = Array.from({ length: random.pick([1, 1, 1, 0, 2]) }, () => `Host: ${random.pick(HOSTS)}`);
  const version = random.pick(['1.1', '1.1', '1.1', '1.0', '2.0']);
  const head = [
    `${random.pick(METHODS)} ${random.pick(TARGETS)} HTTP/${version}`,
    ...random.shuffle([...hosts, ...headers]),
  ];
  return `${head.join('\r\n')}\r\n\r\n${random.pick(BODIES)}`;
}
