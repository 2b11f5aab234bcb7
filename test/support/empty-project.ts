import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

export interface Settings {
  /** Of its package.json. */
  readonly type: string;
  readonly module: string;
  readonly moduleResolution: string;
}

/** A project that has nothing but packages of this repository, as `npm pack` makes them. */
export class EmptyProject {
  private constructor(readonly folder: string) {}

  /**
   * Packs libraries and installs them, without asking a registry.
   *
   * @param libraries folders in libs/
   * @param others packages beside them, which are linked to those installed here: what a library declares as its dependencies
   */
  static async of(libraries: readonly string[], others: readonly string[] = []): Promise<EmptyProject> {
    const folder = mkdtempSync(join(tmpdir(), 'empty-project-'));
    const packed = await Promise.all(
      libraries.map(async (library) => {
        const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
          cwd: join('libs', library),
        });
        const [{ name, filename }] = JSON.parse(stdout) as [{ name: string; filename: string }];
        return [name, `file:${filename}`];
      }),
    );
    const linked = others.map((name) => [name, `file:${resolve('node_modules', name)}`]);
    const dependencies = Object.fromEntries([...packed, ...linked]) as Record<string, string>;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund'], { cwd: folder });
    return new EmptyProject(folder);
  }

  /** Writes `application.ts` into a folder of its own and compiles it. @returns what the compiler finds, and the program */
  async compile(application: string, settings: Settings): Promise<{ found: string; program: string }> {
    const { type, module, moduleResolution } = settings;
    const place = join(this.folder, Object.values(settings).join('-'));
    mkdirSync(place, { recursive: true });
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom'],
      strict: true,
      skipDefaultLibCheck: true,
      types: [],
    };
    writeFileSync(join(place, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['application.ts'] }));
    writeFileSync(join(place, 'application.ts'), application);
    // What the compiler finds is on its standard output.
    const { stdout } = await run(process.execPath, [TSC, '-p', place]).catch((error: { stdout: string }) => error);
    return { found: stdout, program: join(place, 'application.js') };
  }

  /** What a program prints. */
  async run(program: string): Promise<string> {
    const { stdout } = await run(process.execPath, ['--no-warnings', program], { cwd: this.folder, env: {} });
    return stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
