import { validateSync } from 'class-validator';
import { Config, themes } from './config.js';
import { settingsOf } from './setting.js';

/** A value in the environment that the service can't start with. The message names the variable and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment into a validated, frozen configuration. An empty variable counts as unset. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<Config> {
  const parts = themes.map((Theme) => read(new Theme(), env));
  const faults = parts.flatMap(faultsOf);
  if (faults.length > 0) throw new ConfigError(`Bad environment: ${faults.join('; ')}.`);
  return Object.freeze(Object.assign(new Config(), ...parts) as Config);
}

function read(part: object, env: Readonly<Record<string, string | undefined>>): object {
  for (const { variable, property } of settingsOf(part.constructor)) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    Reflect.set(part, property, convert(text, typeof Reflect.get(part, property)));
  }
  return part;
}

function convert(text: string, kind: string): unknown {
  if (kind === 'number') return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
  if (kind === 'boolean') return { true: true, '1': true, false: false, '0': false }[text.trim().toLowerCase()] ?? text;
  return text;
}

function faultsOf(part: object): string[] {
  const variables = new Map(settingsOf(part.constructor).map(({ variable, property }) => [property, variable]));
  return validateSync(part).flatMap(({ property, constraints = {} }) =>
    Object.values(constraints).map((fault) => fault.replaceAll(property, variables.get(property) ?? property)),
  );
}
