import type { RealtimeClient, ResyncNotice, Row, Subscription, TopicEvent } from '@edge-hive/realtime-client';
import { entryElement } from './entry.js';
import { EntryList } from './entry-list.js';
import { EventFigures } from './event-figures.js';
import type { OwnWrites } from './own-writes.js';
import { part } from './part.js';
import { Problem } from './problem.js';
import { readTopicForm } from './topic-form.js';

/** Subscribes to a table, and shows its events as they come. */
export class TopicView {
  private readonly form: HTMLFormElement;
  private readonly button: HTMLButtonElement;
  private readonly problem: Problem;
  private readonly figures: EventFigures;
  private readonly entries: EntryList;
  private subscription: Subscription<TopicEvent<Row>> | undefined;

  constructor(
    root: ParentNode,
    private readonly client: RealtimeClient,
    private readonly writes: OwnWrites,
  ) {
    this.form = part(root, 'topic', HTMLFormElement);
    this.button = part(root, 'subscribe', HTMLButtonElement);
    this.problem = new Problem(part(root, 'topic-problem', HTMLElement));
    this.figures = new EventFigures(root);
    this.entries = new EntryList(part(root, 'events', HTMLElement));
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.subscription) this.unsubscribe();
      else this.subscribe();
    });
  }

  subscribe(): void {
    this.problem.clear();
    try {
      const { topic, filter, fields, snapshot } = readTopicForm(this.form);
      this.figures.clear();
      this.entries.clear();
      this.subscription = this.client.subscribe(topic, filter, (event) => this.received(event), {
        ...(fields && { fields }),
        ...(snapshot && { snapshot, onSnapshot: (rows) => this.snapshot(rows) }),
        onResync: (notice) => this.resynced(notice),
        onError: (error) => this.failed(error),
      });
      this.subscription.ready.then(
        () => this.entries.showState('ready'),
        () => undefined, // onError shows why.
      );
      this.show();
    } catch (error) {
      this.problem.show(error);
    }
  }

  private unsubscribe(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    this.entries.showState('ended');
    this.show();
  }

  private failed(error: Error): void {
    this.problem.show(error);
    this.subscription = undefined;
    this.show();
  }

  private received({ action, transition, data, time, cursor }: TopicEvent<Row>): void {
    const own = this.writes.since(action, data.id, performance.now());
    const committed = Math.max(0, Date.now() - Date.parse(time));
    this.figures.add({ own, committed });
    const { id, ...values } = data;
    this.entries.add(
      entryElement({
        kind: action,
        note: transition,
        title: id,
        data: values,
        latency: own ?? committed,
        time,
        cursor,
      }),
    );
  }

  private snapshot(rows: readonly Row[]): void {
    for (const { id, ...data } of rows) this.entries.add(entryElement({ kind: 'ROW', title: id, data }));
    const data = 'as they were when the subscription began';
    this.entries.add(entryElement({ kind: 'SNAPSHOT', title: `${rows.length} rows`, data }));
  }

  private resynced({ reason }: ResyncNotice): void {
    this.entries.add(entryElement({ kind: 'RESYNC', title: reason, data: 'Events may be missing before this line.' }));
  }

  private show(): void {
    const subscribed = this.subscription !== undefined;
    this.button.textContent = subscribed ? 'Unsubscribe' : 'Subscribe';
    this.button.classList.toggle('main', !subscribed);
    for (const input of this.form.querySelectorAll('input')) input.disabled = subscribed;
  }
}
