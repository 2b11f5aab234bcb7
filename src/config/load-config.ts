import { validateSync } from 'class-validator';
import { Config } from './config.js';
import { settingsOf } from './setting.js';

/** A value in the environment that the service can't start with. The message names the variable and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment into a validated, frozen configuration. An empty variable counts as unset. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<Config> {
  const config = new Config();
  const variables = new Map<string, string>();
  for (const { variable, property } of settingsOf(Config)) {
    variables.set(property, variable);
    const text = env[variable];
    if (text === undefined || text === '') continue;
    Reflect.set(config, property, convert(text, typeof Reflect.get(config, property)));
  }
  const faults = validateSync(config).flatMap((error) =>
    Object.values(error.constraints ?? {}).map((constraint) =>
      constraint.replaceAll(error.property, variables.get(error.property) ?? error.property),
    ),
  );
  if (faults.length > 0) throw new ConfigError(`Bad environment: ${faults.join('; ')}.`);
  return Object.freeze(config);
}

function convert(text: string, kind: string): unknown {
  if (kind === 'number') return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
  if (kind === 'boolean') return { true: true, '1': true, false: false, '0': false }[text.trim().toLowerCase()] ?? text;
  return text;
}
