import type { Random } from '../../chaos/random.js';
import { RawSocket } from '../../test/support/raw-socket.js';
import type { Attacker } from '../attacker.js';
import { hostileValue } from '../hostile.js';
import { leave, sendInPieces } from '../line.js';
import { revelation } from '../revelation.js';

/** As they are written in an address; none is somebody's whom the run needs. */
const NAMES = [
  'fuzz:a',
  'fuzz%3Aa',
  '.',
  '..',
  '%2e',
  '%2e%2e',
  '%2E.',
  '%',
  '%ff',
  '%00',
  '%2F',
  '%252e',
  'a%2Fb',
  '',
  '%20',
  '%F0%9F%98%80',
  'own:attacker',
  'hidden:room',
  'open',
  'nothing',
  'user:%60a%60',
  'x'.repeat(300),
  'a;b',
  'a,b',
  '__proto__',
  'constructor',
  '\xc3\xa9',
  '\xff',
];
const PLACES = [
  '/api/v1/channels/NAME/messages',
  '/api/v1/channels/NAME/history',
  '/api/v1/channels/NAME/presence',
  '/api/v1/topics/NAME/resync',
  '/api/v1/principals/NAME/disconnect',
  '/api/v1/tokens/revoke',
  '/api/v1/tokens/revoke',
  '/api/v1/tokens/NAME',
  '/api/v1/messages',
  '/api/v1/channels/messages',
  '/api/v1/stats',
  '/api/v1/stats/NAME',
  '/API/v1/stats',
  '/api/v1/realtime/asyncapi.json',
  '/metrics',
  '/metrics/NAME',
  '/health/live',
  '/health/ready',
  '/',
  '/index.html',
  '/page/NAME',
  '/page/rows',
  '/page.json',
  '/NAME',
  '/client.js',
  '/surrealdb.js',
] as const;
const QUERIES = [
  '',
  '',
  '',
  '?limit=1',
  '?limit=0',
  '?limit=-1',
  '?limit=1e9',
  '?limit=NaN',
  '?limit=1&limit=2',
  '?limit[]=1',
  '?limit[a]=1',
  '?__proto__[a]=1',
  '?%',
  '?a=%ff',
  '?token=x',
  `?${'a=1&'.repeat(1_500)}`,
];
const METHODS = [
  'GET',
  'GET',
  'POST',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
];
const TYPES = [
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json; charset=x',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=a',
  'application/vnd.a+json',
  '',
  ';',
  'application/json;;;',
];
const FORWARDED = [
  '1.2.3.4',
  '::1',
  '127.0.0.1',
  '::ffff:127.0.0.1',
  'a',
  ',',
  ' , , ',
  '[::1]:1',
  '1.2.3.4:5',
  '999.1.1.1',
  'fe80::1%eth0',
  Array.from({ length: 500 }, (_, n) => `10.0.${n % 256}.1`).join(', '),
];
const HOSTS = ['localhost', '127.0.0.1', 'evil.example', 'localhost.evil.example', '[::1]', '127.1', '0', ''];
const ANSWER_MS = 20_000;

/** Every route of the service, with names, bodies, keys and headers of every kind. */
export const httpApi: Attacker = {
  name: 'HTTP API',
  attack: async ({ httpUrl, apiKey, token }, random) => {
    const socket = await RawSocket.connect(httpUrl);
    const key = random.pick(['right', 'wrong', 'token', 'none'] as const);
    const headers = keyHeaders(key, { apiKey, token }, random);
    const path = `${random.pick(PLACES).replace('NAME', random.pick(NAMES))}${random.pick(QUERIES)}`;
    const bytes = request(path, headers, random);
    await sendInPieces(socket, bytes, random);
    // Some of them are left alone.
    if (random.isOneIn(4)) return leave(socket, random);
    socket.socket.setTimeout(ANSWER_MS, () => socket.reset());
    judge(await socket.closed, key, bytes.toString('latin1').slice(0, 500));
  },
};

function keyHeaders(key: string, { apiKey, token }: { apiKey: string; token: string }, random: Random): string[] {
  switch (key) {
    case 'right':
      return [random.isOneIn(2) ? `X-API-Key: ${apiKey}` : `Authorization: Bearer ${apiKey}`];
    case 'token':
      return [`Authorization: ${random.pick(['Bearer', 'bearer', 'Bearer ', 'Basic'])} ${token}`];
    case 'wrong':
      return [
        random.pick([
          `X-API-Key: ${apiKey}x`,
          `X-API-Key: ${apiKey.slice(1)}`,
          'X-API-Key:',
          `X-API-Key: ${'x'.repeat(5_000)}`,
          'X-API-Key: \xff',
          `X-API-Key: x\r\nAuthorization: Bearer ${apiKey}`,
          'Authorization: Bearer',
          'Authorization: x',
          `Authorization: Bearer ${token.slice(0, -2)}`,
        ]),
      ];
    default:
      return [];
  }
}

function request(path: string, keys: readonly string[], random: Random): Buffer {
  const body = Buffer.from(bodyText(random));
  const chunked = random.isOneIn(5);
  const length = random.isOneIn(15) ? random.pick([0, 1, body.length + 5, 400_000]) : body.length;
  const head = [
    `${random.pick(METHODS)} ${path} HTTP/1.1`,
    `Host: ${random.pick(HOSTS)}`,
    'Connection: close',
    ...keys,
    `Content-Type: ${random.pick(TYPES)}`,
    chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    ...(random.isOneIn(3) ? [`X-Forwarded-For: ${random.pick(FORWARDED)}`] : []),
    ...(random.isOneIn(6)
      ? [
          random.pick([
            'X-Forwarded-Host: [',
            'X-Forwarded-Proto: ,',
            'Forwarded: for="[::1]"',
            'Content-Encoding: gzip',
            'Content-Encoding: x',
            'Accept: \xff',
            'Range: bytes=0-,1-',
            'If-None-Match: *',
            'If-Modified-Since: x',
            'Sec-Fetch-Site: cross-site',
            'Origin: http://[',
            'X-HTTP-Method-Override: DELETE',
            'Accept-Encoding: *;q=x',
          ]),
        ]
      : []),
  ];
  const sent = chunked
    ? Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
    : body;
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), sent]);
}

function bodyText(random: Random): string {
  const value = () => hostileValue(random);
  return random.pick([
    '',
    '{',
    '{"event":"said","data":1}',
    `{"event":"said","data":${value()}}`,
    `{"event":${value()},"data":1,"key":${value()}}`,
    `{"event":"said","data":1,"key":${value()},"__proto__":${value()}}`,
    value(),
    `{"jti":${value()},"expires":${value()}}`,
    `{"principal":"nobody","issuedBefore":${value()},"expires":1}`,
    `\ufeff{"event":"said","data":1}`,
    `{"event":"said","data":"${'x'.repeat(random.pick([1_000, 262_000, 263_000]))}"}`,
  ]);
}

function judge(answer: string, key: string, sent: string): void {
  // One that was reset, or cut while it still sent.
  if (answer === '') return;
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
  const expected = Number.isInteger(status) && (status < 500 || status === 503);
  if (!expected) throw new Error(`${sent} was answered ${answer.slice(0, 500)}`);
  // Who has the API key may read more than an attacker.
  const revealed = key === 'right' ? undefined : revelation(answer);
  if (revealed !== undefined) throw new Error(`${revealed}: ${sent} was answered ${answer.slice(0, 1_000)}`);
  const isServed = status >= 200 && status < 300;
  const isClosed = /^\S+ \/api\/v1\/(?!realtime)/.test(sent) && !sent.startsWith('OPTIONS');
  if (isServed && isClosed && key !== 'right')
    throw new Error(`Without a key, ${sent} was answered ${answer.slice(0, 500)}`);
}
