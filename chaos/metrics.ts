import type { Gateway } from '../test/support/gateway.js';

const SAMPLE = /^(\w+)(\{[^}]*\})? (\S+)$/gm;

/** What a gateway says of itself at one moment. */
export class Metrics {
  private constructor(private readonly samples: readonly (readonly [name: string, labels: string, value: number])[]) {}

  static async of({ httpUrl }: Pick<Gateway, 'httpUrl'>, timeoutMs = 5_000): Promise<Metrics> {
    const response = await fetch(`${httpUrl}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
    const samples = [...(await response.text()).matchAll(SAMPLE)];
    return new Metrics(samples.map(([, name = '', labels = '', value]) => [name, labels, Number(value)]));
  }

  /** All of a name together, whatever their labels. */
  sum(name: string): number {
    return this.samples.reduce((sum, [other, , value]) => (other === name ? sum + value : sum), 0);
  }

  /** The values of a name by one of its labels. */
  by(name: string, label: string): ReadonlyMap<string, number> {
    const pattern = new RegExp(`[{,]${label}="([^"]*)"`);
    return new Map(
      this.samples.flatMap(([other, labels, value]) => {
        const [, key] = pattern.exec(labels) ?? [];
        return other === name && key !== undefined ? [[key, value] as const] : [];
      }),
    );
  }
}
