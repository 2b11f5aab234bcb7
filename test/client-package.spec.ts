import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** An application that leaves a publish alone when it closes its client, and waits for another one. */
const APPLICATION = `
import { type Filter, RealtimeClient, RealtimeError, type TopicEvent } from '@edge-hive/realtime-client';

class Silent {
  send(): void {}
  close(): void {}
  addEventListener(): void {}
}
const client = new RealtimeClient('ws://127.0.0.1:9/', { WebSocket: Silent });
const filter: Filter = { room: { in: ['a', 'b'] } };
client.subscribe('messages', filter, (event: TopicEvent<{ id: string }>) => console.log(event.cursor));
void client.channel('room:1').publish('said', 1);
client.close();
client
  .channel('room:1')
  .publish('said', 2)
  .catch((error: unknown) => console.log(error instanceof RealtimeError && error.code));
`;

describe('the package of the client library', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'client-package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: 'libs/realtime-client',
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['commonjs', 'node16', 'node16'],
    ['commonjs', 'nodenext', 'nodenext'],
    ['module', 'node16', 'node16'],
    ['module', 'esnext', 'bundler'],
  ])('is compiled against, and runs, in a project of type %s with module %s and resolution %s', async (...project) => {
    const [type, module, moduleResolution] = project;
    const place = join(folder, project.join('-'));
    mkdirSync(place);
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      strict: true,
      types: [],
    };
    writeFileSync(join(place, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['application.ts'] }));
    writeFileSync(join(place, 'application.ts'), APPLICATION);
    // What the compiler finds is on its standard output.
    const compiled = await run(process.execPath, [TSC, '-p', place]).catch((error: { stdout: string }) => error);
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, [join(place, 'application.js')], { env: {} });
    expect(stdout).toBe('CLOSED\n');
  });
});
