import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { themes } from '../src/config/config.js';
import { settingsOf } from '../src/config/setting.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const dockerfile = read('docker/Dockerfile');
const compose = read('docker/compose.yaml');
const workspaces = readdirSync(new URL('../libs', import.meta.url));

describe('docker/', () => {
  it.each(workspaces)('installs and copies the workspace %s', (name) => {
    expect(dockerfile).toContain(`COPY libs/${name}/package.json libs/${name}/`);
    expect(dockerfile).toContain(`COPY --from=build /app/libs/${name}/dist libs/${name}/dist`);
  });

  it('configures the gateway by variables that it reads', () => {
    const [, gateway = ''] = /^ {2}gateway:\n(.*?)^ {2}\w+:$/ms.exec(compose) ?? [];
    const variables = [...gateway.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, variable]) => variable);
    expect(variables).not.toEqual([]);
    expect(themes.flatMap((theme) => settingsOf(theme)).map(({ variable }) => variable)).toEqual(
      expect.arrayContaining(variables),
    );
  });

  it('names every variable that compose asks for in .env.example', () => {
    const asked = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, variable = '']) => variable);
    const given = [...read('docker/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, variable = '']) => variable);
    expect([...new Set(asked)].sort()).toEqual(given.sort());
  });

  it('defines the tables of its policy, with the changefeed that makes them durable', () => {
    const { topics } = JSON.parse(read('docker/policy.example.json')) as { topics: Record<string, unknown> };
    const defined = [...compose.matchAll(/DEFINE TABLE IF NOT EXISTS (\w+) CHANGEFEED \w+ INCLUDE ORIGINAL;/g)];
    expect(defined.map(([, table]) => table).sort()).toEqual(
      Object.keys(topics)
        .filter((topic) => topic !== '*')
        .sort(),
    );
  });
});
