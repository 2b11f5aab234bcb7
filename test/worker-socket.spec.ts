import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SUPERVISOR_SOCKET } from '../src/workers/place.js';
import { startService } from './support/service.js';
import { workersOf } from './support/workers.js';

// One database is enough: the socket between processes is not its business.

describe('the socket over which workers and their supervisor speak', () => {
  it('is in a folder that nobody but the user of the service may enter', async () => {
    const service = await startService({ WORKERS: '2' }, undefined, { startMs: 60_000 });
    try {
      const paths = workersOf(service.gateway).map(socketOf);
      expect(paths).toHaveLength(2);
      expect(new Set(paths).size).toBe(1);
      const { mode, uid } = statSync(dirname(paths[0] ?? ''));
      expect(mode & 0o777).toBe(0o700);
      expect(uid).toBe(process.getuid?.());
    } finally {
      await service.stop();
    }
  }, 120_000);
});

function socketOf(pid: number): string {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return variables.find((variable) => variable.startsWith(`${SUPERVISOR_SOCKET}=`))?.split('=')[1] ?? '';
}
