import { REALTIME_PATH } from '@edge-hive/protocol';
import { CHANNEL_COMMANDS, CHANNEL_FRAMES } from './channel-messages.js';
import { CONNECTION_COMMANDS, CONNECTION_FRAMES } from './connection-messages.js';
import { frameName, type CommandMessages, type FrameMessages } from './message.js';
import { operations } from './operations.js';
import { PRESENCE_COMMANDS, PRESENCE_FRAMES } from './presence-messages.js';
import { SHARED_SCHEMAS } from './shared-schemas.js';
import { SUBSCRIPTION_COMMANDS, SUBSCRIPTION_FRAMES } from './subscription-messages.js';
import { TOPIC_FRAMES } from './topic-messages.js';

/** Where clients reach the service. */
export interface ServerAddress {
  /** Host and, if it isn't the protocol's own, port. */
  readonly host: string;
  readonly secure: boolean;
}

export const COMMANDS: CommandMessages = {
  ...CONNECTION_COMMANDS,
  ...SUBSCRIPTION_COMMANDS,
  ...CHANNEL_COMMANDS,
  ...PRESENCE_COMMANDS,
};

export const FRAMES: FrameMessages = {
  ...CONNECTION_FRAMES,
  ...SUBSCRIPTION_FRAMES,
  ...TOPIC_FRAMES,
  ...CHANNEL_FRAMES,
  ...PRESENCE_FRAMES,
};

const DESCRIPTION = `Subscribe to tables of SurrealDB and talk over channels, over one WebSocket.

Text frames, one JSON object each, delivered apart by \`type\`. A token comes as \`Authorization: Bearer\`, as \`?token=\`, as
a subprotocol \`bearer.<token>\`, or in a first frame \`auth\`. Unknown fields are ignored, in both directions.`;

/** The AsyncAPI description of the realtime endpoint, seen from the service: it receives commands and sends frames. */
export function asyncApiDocument({ host, secure }: ServerAddress) {
  const frameTypes = Object.keys(FRAMES) as (keyof FrameMessages)[];
  const named = [...Object.entries(COMMANDS), ...frameTypes.map((type) => [frameName(type), FRAMES[type]] as const)];
  const messages = Object.fromEntries(
    named.map(([name, message]) => [name, { name, title: name, contentType: 'application/json', ...message }]),
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Edge Hive Realtime',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT' },
      tags: [{ name: 'realtime' }],
    },
    defaultContentType: 'application/json',
    servers: {
      this: {
        host,
        protocol: secure ? 'wss' : 'ws',
        security: [{ $ref: '#/components/securitySchemes/bearer' }, { $ref: '#/components/securitySchemes/query' }],
      },
    },
    channels: {
      realtime: {
        address: REALTIME_PATH,
        messages: Object.fromEntries(Object.keys(messages).map((name) => [name, ref('components/messages', name)])),
      },
    },
    operations: operations(frameTypes),
    components: {
      messages,
      schemas: SHARED_SCHEMAS,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        query: { type: 'httpApiKey', in: 'query', name: 'token' },
      },
    },
  };
}

function ref(place: string, name: string) {
  return { $ref: `#/${place}/${name}` };
}
