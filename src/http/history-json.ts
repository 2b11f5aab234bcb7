import type { Message } from '../channels/broker.js';

/** The answer that tells a history. What was published is JSON text already. */
export function historyJson({ messages, epoch }: { messages: readonly Message[]; epoch: string }): string {
  return `{"messages":[${messages.map(messageJson).join(',')}],"epoch":${JSON.stringify(epoch)}}`;
}

function messageJson({ event, data, from, cursor, time }: Message): string {
  const rest = JSON.stringify({ ...(from !== undefined && { from }), cursor, time });
  return `{"event":${JSON.stringify(event)},"data":${data},${rest.slice(1)}`;
}
