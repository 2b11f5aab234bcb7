import type { Channel, PresenceMember, RealtimeError } from '@edge-hive/realtime-client';
import { part, textElement } from './part.js';

/** How long one counts as typing behind the last key, in milliseconds. */
const TYPING_MS = 3_000;
/** So many members are shown by name. */
const SHOWN = 12;

interface State {
  typing?: boolean;
}

type Presence = Channel<State>['presence'];

/** Shows who is on a channel and who is typing, and says so of this connection. */
export class PresenceView {
  private readonly list: HTMLElement;
  private presence: Presence | undefined;
  private typing: ReturnType<typeof setTimeout> | undefined;

  constructor(root: ParentNode) {
    this.list = part(root, 'members', HTMLElement);
  }

  /** @param failed called with why this connection can't be there */
  join({ presence }: Channel<State>, failed: (error: RealtimeError) => void): void {
    this.presence = presence;
    presence.on('sync', (members) => {
      if (this.presence === presence) this.show(members, presence.key);
    });
    presence.enter({}).catch((error: RealtimeError) => {
      // Anonymous connections look on.
      if (this.presence === presence && error.code !== 'UNAUTHENTICATED') failed(error);
    });
  }

  /** The subscription of its channel has ended, and with it its presence. */
  left(): void {
    this.presence = undefined;
    clearTimeout(this.typing);
    this.typing = undefined;
    this.list.hidden = true;
    this.list.replaceChildren();
  }

  /** A key was pressed. */
  types(): void {
    if (this.typing === undefined) this.say({ typing: true });
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.stops(), TYPING_MS);
  }

  stops(): void {
    if (this.typing === undefined) return;
    clearTimeout(this.typing);
    this.typing = undefined;
    this.say({});
  }

  private say(state: State): void {
    // `join` has shown why it is refused.
    this.presence?.update(state).catch(() => undefined);
  }

  private show(members: readonly PresenceMember<State>[], ownKey: string): void {
    const shown = members.slice(0, SHOWN).map(({ id, key, state }) => {
      const element = textElement('span', 'member', key === ownKey ? `${id} (this one)` : id);
      element.classList.toggle('typing', state.typing === true);
      return element;
    });
    const more = members.length > SHOWN ? [textElement('span', 'member', `and ${members.length - SHOWN} more`)] : [];
    this.list.replaceChildren(...shown, ...more);
    this.list.hidden = members.length === 0;
  }
}
