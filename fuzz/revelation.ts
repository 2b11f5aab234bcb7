import { CANARY } from './canary.js';

/** Words of the code, the machine or the database, that no client is told. */
const INTERNALS =
  /\n\s+at |\/(?:node_modules|dist|src|work|home|usr|root)\/|file:\/\/|node:internal|\.(?:js|ts):\d+|Cannot (?:read|set|convert)|is not (?:a function|iterable|defined)|(?:Type|Range|Syntax|Reference)Error|Unexpected token|Maximum call stack|SHOW CHANGES|LIVE SELECT|SELECT .* FROM|Parse error|\[object /;

/** What a text tells a client that it never may; `undefined` when nothing. */
export function revelation(text: string): string | undefined {
  if (text.includes(CANARY)) return 'A canary came';
  const fault = faultIn(text);
  const internals = fault === undefined ? undefined : INTERNALS.exec(fault)?.[0];
  return internals === undefined ? undefined : `An error says ${JSON.stringify(internals)}`;
}

/** What an error says in its own words: a client's may be repeated in it, in quotes. */
function faultIn(text: string): string | undefined {
  const message = /"message":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  if (!text.includes('"error"') || message === undefined) return undefined;
  return (JSON.parse(message) as string).replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}
