import type { ClientFrame, ServerFrame } from '@edge-hive/protocol';
import { Ajv } from 'ajv';
import { asyncApiDocument } from '../../src/asyncapi/asyncapi-document.js';
import { frameName } from '../../src/asyncapi/message.js';
import { FramePipe } from '../../src/realtime/frame.pipe.js';
import { AuthDto } from '../../src/realtime/frames/auth.dto.js';
import { PingDto } from '../../src/realtime/frames/ping.dto.js';
import { PresenceDto } from '../../src/realtime/frames/presence.dto.js';
import { PublishDto } from '../../src/realtime/frames/publish.dto.js';
import { SubscribeDto } from '../../src/realtime/frames/subscribe.dto.js';
import { UnsubscribeDto } from '../../src/realtime/frames/unsubscribe.dto.js';
import { parseFrame } from '../../src/realtime/parse-frame.js';

const DTOS: Readonly<Record<string, new () => object>> = {
  auth: AuthDto,
  ping: PingDto,
  subscribe: SubscribeDto,
  unsubscribe: UnsubscribeDto,
  publish: PublishDto,
  presence: PresenceDto,
} satisfies Record<ClientFrame['type'], new () => object>;

const pipe = new FramePipe();

/** What the service itself finds wrong with a command, before it asks what it means; `undefined`: nothing. */
export function faultOfCommand(json: string): string | undefined {
  const parsed = parseFrame({ data: Buffer.from(json), binary: false });
  if (!parsed.ok) return parsed.fault;
  const metatype = DTOS[parsed.frame.type];
  if (!metatype) return `there is no command ${parsed.frame.type}`;
  try {
    pipe.transform(parsed.frame, { type: 'body', metatype });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const document = asyncApiDocument({ host: 'localhost:8443', secure: false });
const ajv = new Ajv({ strict: false, formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) } });
ajv.addSchema(document, 'asyncapi');

/** What the AsyncAPI document finds wrong with a frame of the server, or a command; `undefined`: nothing. */
export function faultOfFrame(frame: { readonly type: string }): string | undefined {
  const names = new Set([frame.type, frameName(frame.type as ServerFrame['type'])]);
  const faults = [...names].map((name) => faultOfMessage(name, frame));
  return faults.includes(undefined) ? undefined : faults.join('; ');
}

function faultOfMessage(name: string, frame: object): string | undefined {
  const validate = ajv.getSchema(`asyncapi#/components/messages/${name}/payload`);
  if (!validate) return `there is no message ${name}`;
  return validate(frame) === true ? undefined : ajv.errorsText(validate.errors);
}
