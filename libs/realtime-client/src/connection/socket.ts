/** What this library uses of a WebSocket: browsers', Node's (22 and newer) and the `ws` package's all fit. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Of the `ws` package: ends without waiting for the other side. */
  terminate?(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** @throws TypeError where the runtime has no WebSocket and none was given */
export function webSocketOf(given: WebSocketConstructor | undefined): WebSocketConstructor {
  const found = given ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (found === undefined) {
    throw new TypeError(
      'This runtime has no WebSocket: pass one, { WebSocket } from the package "ws", or use Node 22.',
    );
  }
  return found;
}

/** A URL as text, or a `URL`. */
export type UrlLike = string | { readonly href: string };

/**
 * The URL to connect to. http and https become ws and wss; in a browser a path is enough.
 *
 * @throws TypeError naming what is wrong
 */
export function socketUrlOf(given: UrlLike): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const text = typeof given === 'string' ? given : given.href;
  if (!URL.canParse(text, page)) throw new TypeError(`url: "${text}" is not a URL such as wss://host/api/v1/realtime.`);
  const url = new URL(text, page);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(url.protocol))
    throw new TypeError(`url: "${text}" has to begin with ws:, wss:, http: or https:.`);
  url.hash = '';
  return url.href;
}
