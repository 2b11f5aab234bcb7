import { frameName, type CommandMessages, type FrameMessages } from './message.js';

type FrameType = keyof FrameMessages;

/** What may answer each command. */
const REPLIES: Readonly<Record<keyof CommandMessages, readonly FrameType[]>> = {
  auth: ['welcome', 'authenticated', 'error'],
  ping: ['pong', 'error'],
  subscribe: ['subscribed', 'error'],
  unsubscribe: ['unsubscribed', 'error'],
  publish: ['ack', 'error'],
  presence: ['ack', 'error'],
};

const CHANNEL = { $ref: '#/channels/realtime' };

/** The operations of the document: one for each command, with its replies, and one for what comes unasked. */
export function operations(frameTypes: readonly FrameType[]) {
  const commands = Object.entries(REPLIES).map(([command, replies]) => [
    command,
    {
      action: 'receive',
      channel: CHANNEL,
      messages: [messageRef(command)],
      reply: { channel: CHANNEL, messages: replies.map(frameRef) },
    },
  ]);
  const deliver = { action: 'send', channel: CHANNEL, messages: frameTypes.map(frameRef) };
  return { ...(Object.fromEntries(commands) as Record<string, object>), deliver };
}

function frameRef(type: FrameType) {
  return messageRef(frameName(type));
}

function messageRef(name: string) {
  return { $ref: `#/channels/realtime/messages/${name}` };
}
