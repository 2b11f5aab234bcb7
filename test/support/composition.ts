import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };

interface Container {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Composition {
  readonly services: Readonly<Record<string, Container>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

/** A file of `docker compose`, with these values of its variables. */
export class ComposeFile {
  private readonly composition: Composition;

  constructor(
    path: URL,
    private readonly values: Readonly<Record<string, string>>,
  ) {
    // It is a file of this repository: docker/ is what is tested.
    this.composition = load(readFileSync(path, 'utf8')) as Composition;
  }

  get services(): readonly string[] {
    return Object.keys(this.composition.services);
  }

  environmentOf(service: string): Record<string, string> {
    const entries = Object.entries(this.container(service).environment ?? {});
    return Object.fromEntries(entries.map(([name, value]) => [name, this.filled(String(value))]));
  }

  commandOf(service: string): string[] {
    return (this.container(service).command ?? []).map((word) => this.filled(word));
  }

  config(name: string): string {
    const config = this.composition.configs[name];
    if (!config) throw new Error(`There is no config ${name}.`);
    return this.filled(config.content);
  }

  private container(service: string): Container {
    const container = this.composition.services[service];
    if (!container) throw new Error(`There is no service ${service}.`);
    return container;
  }

  /** As compose does it: `${NAME}`, `${NAME:-default}`, `${NAME:?complaint}`. */
  private filled(text: string): string {
    return text.replace(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, how: string | undefined, rest: string | undefined) => {
        const value = this.values[name];
        if (value !== undefined && value !== '') return value;
        if (how === '?') throw new Error(rest);
        return rest ?? '';
      },
    );
  }
}
