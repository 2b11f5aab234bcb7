import { messageBytes, type Broker, type Message, type Since } from './broker.js';
import type { Missed } from './channel-subscription.js';
import type { Channel } from './channel.js';

/** Messages of a replay that are looked up at once, and bytes of them that are kept: one message at least. */
const PAGE = 64;
const PAGE_BYTES = 128 * 1024;

/** What was published on an open channel behind a cursor; `undefined` where some of that is no longer kept. */
export async function findMissed(broker: Broker, channel: Channel, from: Since): Promise<Missed | undefined> {
  const newest = channel.position.cursor;
  const look = async (since: Since) => firstOf(await broker.after(channel.name, since, PAGE));
  const page = await look(from);
  const after = (cursor: string) => look({ cursor, epoch: channel.position.epoch });
  return page && { since: from.cursor, page, newest, after };
}

/** As many of the messages as a page keeps. */
function firstOf(messages: readonly Message[] | undefined): readonly Message[] | undefined {
  let bytes = 0;
  const end = messages?.findIndex((message) => (bytes += messageBytes(message)) > PAGE_BYTES) ?? -1;
  return end === -1 ? messages : messages?.slice(0, Math.max(1, end));
}
