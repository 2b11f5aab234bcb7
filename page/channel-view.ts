import type { ChannelMessage, RealtimeClient, Subscription } from '@edge-hive/realtime-client';
import { entryElement } from './entry.js';
import { EntryList } from './entry-list.js';
import { field, part } from './part.js';
import { PresenceView } from './presence-view.js';
import { Problem } from './problem.js';

const EVENT = 'said';

/** Joins a channel, sends messages, and shows those that come and who is there. */
export class ChannelView {
  private readonly join: HTMLFormElement;
  private readonly button: HTMLButtonElement;
  private readonly message: HTMLFormElement;
  private readonly problem: Problem;
  private readonly entries: EntryList;
  private readonly presence: PresenceView;
  private subscription: Subscription<ChannelMessage<unknown>> | undefined;

  constructor(
    root: ParentNode,
    private readonly client: RealtimeClient,
  ) {
    this.join = part(root, 'join', HTMLFormElement);
    this.button = part(root, 'join-button', HTMLButtonElement);
    this.message = part(root, 'message', HTMLFormElement);
    this.problem = new Problem(part(root, 'channel-problem', HTMLElement));
    this.entries = new EntryList(part(root, 'messages', HTMLElement));
    this.presence = new PresenceView(root);
    this.join.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.subscription) this.leave();
      else this.subscribe();
    });
    this.message.addEventListener('submit', (event) => {
      event.preventDefault();
      this.presence.stops();
      void this.publish();
    });
    this.message.addEventListener('input', () => this.presence.types());
  }

  private get name(): string {
    return field(this.join, 'channel').value.trim();
  }

  private subscribe(): void {
    this.problem.clear();
    this.entries.clear();
    const channel = this.client.channel(this.name);
    this.subscription = channel.subscribe((message) => this.received(message), {
      onError: (error) => {
        this.problem.show(error);
        this.ended();
      },
    });
    this.presence.join(channel, (error) => this.problem.show(error));
    this.subscription.ready.then(
      () => this.entries.showState('ready'),
      () => undefined, // onError shows why.
    );
    this.show();
  }

  private leave(): void {
    this.client.channel(this.name).unsubscribe();
    this.entries.showState('ended');
    this.ended();
  }

  private ended(): void {
    this.subscription = undefined;
    this.presence.left();
    this.show();
  }

  private async publish(): Promise<void> {
    const input = field(this.message, 'text');
    this.problem.clear();
    try {
      await this.client.channel(this.name).publish(EVENT, { text: input.value });
      input.value = '';
    } catch (error) {
      this.problem.show(error);
    }
  }

  private received({ event, data, from, time }: ChannelMessage<unknown>): void {
    const latency = Math.max(0, Date.now() - Date.parse(time));
    this.entries.add(entryElement({ kind: event, title: from ?? 'anonymous', data: textIn(data), latency, time }));
  }

  private show(): void {
    const joined = this.subscription !== undefined;
    this.button.textContent = joined ? 'Leave' : 'Join';
    this.button.classList.toggle('main', !joined);
    field(this.join, 'channel').disabled = joined;
  }
}

/** Other clients send what they like. */
function textIn(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'text' in data ? data.text : data;
}
