import type { AckFrame } from '@edge-hive/protocol';
import type { Content, EventContent, MessageContent, PresenceContent } from '../delivery/content.js';
import { welcomeText } from './welcome-text.js';

/** What is delivered as the protocol has it: one JSON object. Texts that are JSON already are put together, not parsed. */
export function protocolText(content: Content): string {
  switch (content.type) {
    case 'event':
      return eventText(content);
    case 'message':
      return messageText(content);
    case 'presence':
      return presenceText(content);
    case 'snapshot':
      return `{"type":"snapshot","stream":"${content.stream}","data":[${content.rows.joined}],"last":${content.last}}`;
    case 'ack':
      return ackText(content);
    case 'welcome':
      return welcomeText(content);
    default:
      return JSON.stringify(content);
  }
}

function eventText({ topic, stream, action, data, cursor, time, transition, known }: EventContent): string {
  const rest = (transition ? `,"transition":"${transition}"` : '') + (known ? `,"known":"${known}"` : '');
  return (
    `{"type":"event","topic":${topic.json},"stream":"${stream}","action":"${action}","data":${data},` +
    `"cursor":"${cursor}","time":"${time}"${rest}}`
  );
}

function messageText({ channel, stream, event, data, from, cursor, time }: MessageContent): string {
  const sender = from === undefined ? '' : `,"from":${JSON.stringify(from)}`;
  return (
    `{"type":"message","channel":${channel.json},"stream":"${stream}","event":${JSON.stringify(event)},"data":${data}` +
    `${sender},"cursor":"${cursor}","time":"${time}"}`
  );
}

/** There is one for each publish: put together, it takes half of what an object takes. */
function ackText({ id, cursor }: AckFrame): string {
  const place = cursor === undefined ? '' : `,"cursor":"${cursor}"`;
  return `{"type":"ack","id":${JSON.stringify(id)}${place}}`;
}

function presenceText(content: PresenceContent): string {
  const head = `{"type":"presence","channel":${content.channel.json},"stream":"${content.stream}",`;
  if ('rows' in content) return `${head}"members":[${content.rows.joined}],"last":${content.last}}`;
  if ('changes' in content) return `${head}"changes":[${content.changes}]}`;
  return `${head}"count":${content.count},"principals":${content.principals}}`;
}
