import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { themes } from '../src/config/config.js';
import { settingsOf } from '../src/config/setting.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const dockerfile = read('docker/Dockerfile');
const composeFiles = ['compose.yaml', 'compose.scale.yaml'] as const;
const compositions = composeFiles.map((name) => ({ name, compose: read(`docker/${name}`) }));
const workspaces = readdirSync(new URL('../libs', import.meta.url));

describe('docker/', () => {
  it.each(workspaces)('installs and copies the workspace %s', (name) => {
    expect(dockerfile).toContain(`COPY libs/${name}/package.json libs/${name}/`);
    expect(dockerfile).toContain(`COPY --from=build /app/libs/${name}/dist libs/${name}/dist`);
  });

  it.each(compositions)('configures the gateways of $name by variables that they read', ({ compose }) => {
    const alone = /^ {2}gateway:\n(.*?)^ {2}\w+:$/ms.exec(compose);
    const [, gateway = ''] = alone ?? /^x-gateway: &gateway\n(.*?)^\w+:$/ms.exec(compose) ?? [];
    const variables = [...gateway.matchAll(/^ {4,6}([A-Z_]+): /gm)].map(([, variable]) => variable);
    expect(variables).toContain('SURREAL_URL');
    expect(themes.flatMap((theme) => settingsOf(theme)).map(({ variable }) => variable)).toEqual(
      expect.arrayContaining(variables),
    );
  });

  it.each(compositions)(
    'has gateways of $name write nowhere but to a folder in memory, where workers meet',
    ({ compose }) => {
      const [, gateway = ''] =
        /^x-gateway: &gateway\n(.*?)^\w/ms.exec(compose) ?? /^ {2}gateway:\n(.*?)^ {2}\w/ms.exec(compose) ?? [];
      expect(gateway).toMatch(/^ +read_only: true$/m);
      expect(gateway).toMatch(/^ +tmpfs: \/tmp:size=\d+m,mode=1777$/m);
    },
  );

  it('names every variable that compose asks for in .env.example', () => {
    const asked = compositions.flatMap(({ compose }) =>
      [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, variable = '']) => variable),
    );
    const given = [...read('docker/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, variable = '']) => variable);
    expect([...new Set(asked)].sort()).toEqual(given.sort());
  });

  it.each(compositions)(
    'defines the tables of its policy in $name, with the changefeed that makes them durable',
    ({ compose }) => {
      const { topics } = JSON.parse(read('docker/policy.example.json')) as { topics: Record<string, unknown> };
      const defined = [...compose.matchAll(/DEFINE TABLE IF NOT EXISTS (\w+) CHANGEFEED \w+ INCLUDE ORIGINAL;/g)];
      expect(defined.map(([, table]) => table).sort()).toEqual(
        Object.keys(topics)
          .filter((topic) => topic !== '*')
          .sort(),
      );
    },
  );

  it('has three instances over one Redis, and a proxy that knows all of them', () => {
    const [, { compose } = { compose: '' }] = compositions;
    expect(compose).toMatch(/^ {4}BROKER: redis$/m);
    const instances = [...compose.matchAll(/^ {2}(gateway-\d): \*gateway$/gm)].map(([, name = '']) => name);
    expect(instances).toHaveLength(3);
    const proxied = /reverse_proxy (.*) \{/.exec(read('docker/Caddyfile.scale'))?.[1];
    expect(proxied).toBe(instances.map((name) => `${name}:8443`).join(' '));
    expect(compose).toContain('./Caddyfile.scale:/etc/caddy/Caddyfile:ro');
  });
});
