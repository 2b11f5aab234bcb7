import { ValidateBy } from 'class-validator';

/** What the SDK connects to over a WebSocket; empty for none. */
export function IsDatabaseUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isDatabaseUrl',
    validator: {
      validate: (value: unknown) => value === '' || isWebSocketUrl(value),
      defaultMessage: () => '$property must be a WebSocket URL, such as ws://127.0.0.1:8000/rpc',
    },
  });
}

function isWebSocketUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  return ['ws:', 'wss:'].includes(new URL(value).protocol);
}
