import { EventEmitter } from 'node:events';
import type { ResyncNotice, TopicEvent } from '@edge-hive/realtime-client';
import type { Delivered } from './delivered.js';
import { rowText } from './text.js';
import type { View } from './view.js';

type RawRow = { readonly id: string } & Readonly<Record<string, unknown>>;

/** What was delivered to one subscription in the whole run, in order. */
export class Account {
  readonly delivered: Delivered[] = [];
  readonly progress = new EventEmitter<{ delivered: [] }>();
  /** Rows of a collection as its notifications alone make them. */
  readonly mirror = new Map<string, RawRow>();
  /** Why it ended, which it never should. */
  end: string | undefined;
  /** The rows of a collection as they are now. */
  items: () => readonly RawRow[] = () => [];
  isCurrent: () => boolean = () => true;

  constructor(
    readonly name: string,
    readonly view: View,
    readonly client: string,
  ) {}

  event({ action, data, cursor, transition }: TopicEvent<RawRow>): void {
    const isGone = action === 'DELETE' || transition === 'leave';
    const text = [action, ...(transition ? [transition] : []), ...(isGone ? [] : [rowText(this.view, data)])].join(' ');
    this.note({ kind: 'event', record: data.id, text, cursor, at: Date.now() });
  }

  snapshot(rows: readonly RawRow[]): void {
    const states = new Map(rows.map((row) => [row.id, rowText(this.view, row)]));
    this.note({ kind: 'snapshot', states, at: Date.now() });
  }

  resync({ reason }: ResyncNotice): void {
    this.note({ kind: 'resync', reason, at: Date.now() });
  }

  get events(): number {
    return this.delivered.filter(({ kind }) => kind === 'event').length;
  }

  /** Something else that it should be looked at for. */
  moved(): void {
    this.progress.emit('delivered');
  }

  private note(delivered: Delivered): void {
    this.delivered.push(delivered);
    this.progress.emit('delivered');
  }
}
