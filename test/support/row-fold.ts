import type { Row, ServerFrame } from '@edge-hive/protocol';
import type { TestClient } from './client.js';

/** Before it asks again where the service had no answer. */
const RETRY_MS = 20;

/** What a client knows of a table by snapshot and events, subscribing again whenever it is told to. */
export class RowFold {
  readonly rows = new Map<string, Row>();
  /** How many times its subscription was ended since its rights had changed. */
  rightsChanged = 0;
  private at: number;
  private state: 'asked' | 'reading' | 'live' | 'forbidden' = 'asked';
  private stream = '';
  private asked = 0;

  constructor(
    readonly client: TestClient,
    readonly topic: string,
  ) {
    this.at = client.frames.length;
    this.ask();
  }

  /** Looks at what came. @returns whether nothing more is under way. */
  advance(): boolean {
    for (; this.at < this.client.frames.length; this.at += 1) {
      const frame = this.client.frames[this.at];
      if (frame) this.take(frame);
    }
    return this.state === 'live' || this.state === 'forbidden';
  }

  get forbidden(): boolean {
    return this.state === 'forbidden';
  }

  /** May be let in again: what forbade it may have changed. */
  retry(): void {
    if (this.state === 'forbidden') this.ask();
  }

  leave(): void {
    if (this.state !== 'forbidden') this.client.send({ type: 'unsubscribe', stream: this.stream });
  }

  private get id(): string {
    return `${this.topic}-${this.asked}`;
  }

  private ask(): void {
    this.state = 'asked';
    this.asked += 1;
    this.rows.clear();
    this.client.send({ type: 'subscribe', id: this.id, topic: this.topic, snapshot: true });
  }

  private take(frame: ServerFrame): void {
    if ('id' in frame && frame.id === this.id) this.answered(frame);
    else if ('stream' in frame && frame.stream === this.stream) this.told(frame);
  }

  private answered(frame: ServerFrame): void {
    if (frame.type === 'subscribed') {
      this.stream = frame.stream;
      this.state = 'reading';
    } else if (frame.type === 'error') {
      if (frame.code === 'FORBIDDEN') this.state = 'forbidden';
      else if (frame.retryable) setTimeout(() => this.ask(), RETRY_MS);
      else throw new Error(`Not subscribed: ${JSON.stringify(frame)}`);
    }
  }

  private told(frame: ServerFrame): void {
    switch (frame.type) {
      case 'snapshot':
        for (const row of frame.data) this.rows.set(String(row.id), row);
        if (frame.last) this.state = 'live';
        break;
      case 'event':
        if (frame.action === 'DELETE' || frame.transition === 'leave') this.rows.delete(String(frame.data.id));
        else this.rows.set(String(frame.data.id), frame.data);
        break;
      case 'resync':
        this.leave();
        this.ask();
        break;
      case 'unsubscribed':
        if (frame.code === 'RIGHTS_CHANGED' || frame.code === 'FORBIDDEN') {
          this.rightsChanged += 1;
          this.ask();
        }
        break;
      default:
    }
  }
}
