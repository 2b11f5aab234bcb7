import type { Collection, Row, WebSocketConstructor } from '@edge-hive/realtime-client';
import { WebSocket } from 'ws';
import type { ClientWire } from '../client-wire.js';
import { WiredClient } from '../wired-client.js';
import { LETTER_TABLES } from './letter-rights.js';
import { CANARY } from './letter-writer.js';

/** One record user, and all that ever came to it. */
export class LetterReader extends WiredClient {
  private readonly letters: readonly Collection[];
  private readonly heard: Heard;

  constructor(
    readonly person: string,
    wire: ClientWire,
    token: string,
  ) {
    const heard = new Heard();
    super(`letters of ${person}`, wire, { principal: `person:${person}`, token, WebSocket: socketTo(heard) });
    this.heard = heard;
    this.letters = LETTER_TABLES.map((table) =>
      this.client.collection<Row>(table, { onError: (error) => this.errors.push(`${table}: ${String(error)}`) }),
    );
  }

  /** Settles once it has letters of each kind. */
  async ready(): Promise<void> {
    await Promise.all(this.letters.map((collection) => collection.ready));
  }

  /** That of all letters: as one kind has it that isn't current. */
  get status(): Collection['status'] {
    return this.letters.map(({ status }) => status).find((status) => status !== 'current') ?? 'current';
  }

  /** When each was told first. */
  get told(): ReadonlyMap<string, number> {
    return this.heard.canaries;
  }

  /** How often its rights became others while it was subscribed. */
  get rightsChanged(): number {
    return this.heard.rightsChanged;
  }

  /** The letters that it has now, each with what it sees of it. */
  get texts(): readonly string[] {
    const items = this.letters.flatMap((collection) => collection.items);
    return items.map(({ id, words, seal }) => letterText(id, words, seal)).sort();
  }
}

export function letterText(...parts: readonly unknown[]): string {
  return JSON.stringify(parts.filter((part) => part !== undefined));
}

/** Looks at every frame as it comes off the wire, before the library does. */
class Heard {
  readonly canaries = new Map<string, number>();
  rightsChanged = 0;

  take(text: string): void {
    if (text.includes('"code":"RIGHTS_CHANGED"')) this.rightsChanged += 1;
    for (const canary of text.match(CANARY) ?? [])
      if (!this.canaries.has(canary)) this.canaries.set(canary, Date.now());
  }
}

function socketTo(heard: Heard): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('message', (data: Buffer) => heard.take(data.toString()));
    }
  };
}
