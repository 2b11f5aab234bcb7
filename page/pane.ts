import { RealtimeClient } from '@edge-hive/realtime-client';
import { ChannelView } from './channel-view.js';
import { ConnectionBadge } from './connection-badge.js';
import type { OwnWrites } from './own-writes.js';
import { field, part } from './part.js';
import { currentToken } from './token.js';
import { TopicView } from './topic-view.js';

export interface PaneOptions {
  readonly name: string;
  /** The filter that it begins with, as JSON. */
  readonly filter: string;
  readonly writes: OwnWrites;
}

/** One connection and what is done with it. It begins with a subscription, so that there is something to see. */
export function openPane({ name, filter, writes }: PaneOptions): Element {
  const template = part(document, 'pane', HTMLTemplateElement);
  const root = document.importNode(template.content, true).firstElementChild;
  if (root === null) throw new Error('The template of a pane is empty.');
  const client = new RealtimeClient(new URL('/api/v1/realtime', location.href), { getToken: currentToken });
  part(root, 'name', HTMLElement).textContent = name;
  field(part(root, 'topic', HTMLFormElement), 'filter').value = filter;
  new ConnectionBadge(part(root, 'state', HTMLElement), client);
  new ChannelView(root, client);
  new TopicView(root, client, writes).subscribe();
  return root;
}
