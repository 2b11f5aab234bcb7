/**
 * What 1,000 writes cost, and copying into 1,000 sockets: the floor of any delivery to so many.
 *
 *   node bench/only-writes.mjs
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Generator } from './load/generator.mjs';

const SERVER = fileURLToPath(new URL('servers/only-writes.mjs', import.meta.url));
const SOCKETS = 1_000;
/** As long as one of the service's in `fan-out`. */
const FRAME_BYTES = 290;
/** Frames a write: one at low load, many at the top. */
const FRAMES = [1, 8, 64, 128, 256, 512];
const ROUNDS = 3;

const server = fork(SERVER, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
const [line] = await once(createInterface({ input: server.stdout }), 'line');
const load = new Generator();
await load.call('connect', { dialect: 'plain', host: '127.0.0.1', port: Number(/\d+$/.exec(line)[0]), count: SOCKETS });
for (let round = 0; round < ROUNDS; round += 1) {
  for (const frames of FRAMES) {
    server.send({ frameBytes: FRAME_BYTES, frames, times: 20, pause: 50 });
    const [{ wall, cpu }] = await once(server, 'message');
    const each = ((cpu / SOCKETS / frames) * 1e6).toFixed(0);
    console.log(`${frames} a write: ${cpu.toFixed(1)} ms of CPU, ${wall.toFixed(1)} ms; ${each} ns of CPU a frame`);
  }
}
await load.stop();
server.kill();
