import type { PresenceFrame, PresenceMember, ServerFrame } from '@edge-hive/protocol';
import type { TestClient } from './client.js';

type ChannelFrame = Extract<ServerFrame, { channel: string; stream: string }>;

/** The presence frames of a channel that came to a client. */
export function presenceFrames(client: TestClient, channel: string): PresenceFrame[] {
  return client.frames.filter(
    (frame): frame is PresenceFrame => frame.type === 'presence' && frame.channel === channel,
  );
}

/** Messages and presence of a channel, in the order in which they came. */
export function framesOf(client: TestClient, channel: string): ChannelFrame[] {
  return client.frames.filter(
    (frame): frame is ChannelFrame =>
      (frame.type === 'presence' || frame.type === 'message') && frame.channel === channel,
  );
}

/** Who is there as a client knows it from its frames: what a client library would show. `undefined`: it wasn't told yet. */
export function membersAt(client: TestClient, channel: string): Map<string, PresenceMember> | undefined {
  return membersIn(presenceFrames(client, channel));
}

/** Who is there by the frames of one subscription. @throws Error for frames that can't follow each other */
export function membersIn(frames: readonly PresenceFrame[]): Map<string, PresenceMember> | undefined {
  let members: Map<string, PresenceMember> | undefined;
  let list = new Map<string, PresenceMember>();
  for (const frame of frames) {
    if ('members' in frame) {
      for (const member of frame.members) list.set(`${member.id}/${member.key}`, member);
      if (!frame.last) continue;
      members = list;
      list = new Map();
    } else if ('changes' in frame) {
      if (!members || list.size > 0)
        throw new Error(`Changes came before the list was whole: ${JSON.stringify(frame)}`);
      for (const change of frame.changes) apply(members, change);
    }
  }
  return members;
}

type Change = Extract<PresenceFrame, { changes: unknown }>['changes'][number];

/** @throws Error for a change that can't follow what was known */
function apply(members: Map<string, PresenceMember>, change: Change): void {
  const name = `${change.id}/${change.key}`;
  const known = members.get(name);
  if ((change.action === 'join') === (known !== undefined)) {
    throw new Error(`${known ? 'Known' : 'Unknown'} to the client: ${JSON.stringify(change)}`);
  }
  if (change.action === 'leave') {
    members.delete(name);
    return;
  }
  const { key, id, state, since } = change;
  if (known && known.since !== since) throw new Error(`It came at ${known.since}: ${JSON.stringify(change)}`);
  members.set(name, { key, id, state, since });
}

/** Names of those who are there, `principal/key`, sorted. */
export function namesAt(client: TestClient, channel: string): string[] | undefined {
  const members = membersAt(client, channel);
  return members && [...members.keys()].sort();
}

/** Settles when a client knows of these and no others, `principal/key`. */
export async function present(client: TestClient, channel: string, ...names: string[]): Promise<void> {
  const expected = JSON.stringify(names.sort());
  await client.until(() => JSON.stringify(namesAt(client, channel)) === expected);
}
