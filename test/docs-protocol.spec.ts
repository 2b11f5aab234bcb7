import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  CLOSE_CODES,
  ERROR_CODES,
  RETRYABLE_ERROR_CODES,
  type ClientFrame,
  type ServerFrame,
} from '@edge-hive/protocol';
import { COMMANDS, FRAMES } from '../src/asyncapi/asyncapi-document.js';
import type { JsonSchema } from '../src/asyncapi/json-schema.js';
import { faultOfCommand, faultOfFrame } from './support/frame-validator.js';

const text = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');

/** Every type of frame. The compiler sees to it that none is left out. */
const COMMAND_TYPES = Object.keys({
  subscribe: true,
  unsubscribe: true,
  publish: true,
  presence: true,
  auth: true,
  ping: true,
} satisfies Record<ClientFrame['type'], true>);
const FRAME_TYPES = Object.keys({
  welcome: true,
  authenticated: true,
  subscribed: true,
  snapshot: true,
  event: true,
  message: true,
  presence: true,
  checkpoint: true,
  resync: true,
  unsubscribed: true,
  ack: true,
  pong: true,
  error: true,
} satisfies Record<ServerFrame['type'], true>);

interface Section {
  readonly type: string;
  readonly text: string;
}

const commandSections = sectionsOf('Commands');
const frameSections = sectionsOf('Server frames');

describe('docs/protocol.md', () => {
  it.each([
    ['commands', commandSections, COMMAND_TYPES],
    ['server frames', frameSections, FRAME_TYPES],
  ])('has a section for each of the %s, and for no others', (_, sections, types) => {
    expect(sections.map(({ type }) => type).sort()).toEqual([...types].sort());
  });

  it.each(entries(commandSections))('says that the client sends %s', (_, section) => {
    expect(section).toMatch(/^\s*Client to server\. /);
  });

  it.each(entries(frameSections))('says that the server sends %s', (_, section) => {
    expect(section).toMatch(/^\s*Server to client\. /);
  });

  it.each(entries(commandSections))('shows commands %s that the service accepts', (type, section) => {
    const examples = jsonOf(section);
    expect(examples.map((example) => [typeOf(example), faultOfCommand(example), faultOfFrame(parse(example))])).toEqual(
      examples.map(() => [type, undefined, undefined]),
    );
    expect(examples).not.toEqual([]);
  });

  it.each(entries(frameSections))('shows frames %s that the AsyncAPI document describes', (type, section) => {
    const examples = jsonOf(section);
    expect(examples.map((example) => [typeOf(example), faultOfFrame(parse(example))])).toEqual(
      examples.map(() => [type, undefined]),
    );
    expect(examples).not.toEqual([]);
  });

  it('has no example outside the sections of frames', () => {
    const inSections = [...commandSections, ...frameSections].flatMap((section) => jsonOf(section.text));
    expect(jsonOf(text)).toHaveLength(inSections.length);
  });

  it.each([
    ...commandSections.map(({ type, text: section }) => [type, section, COMMANDS] as const),
    ...frameSections.map(({ type, text: section }) => [type, section, FRAMES] as const),
  ])('gives %s the fields that the AsyncAPI document gives it', (type, section, messages) => {
    const { properties = {}, required = [] } = payloadOf(messages, type);
    const expected = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
    expect(interfaceFields(section).sort()).toEqual(expected.sort());
  });

  it.each(ERROR_CODES)('explains the error code %s', (code) => {
    expect(cellsOf('Error codes', `\`${code}\``)[1]).toBe(RETRYABLE_ERROR_CODES.has(code) ? 'yes' : 'no');
  });

  it.each(Object.values(CLOSE_CODES))('explains the close code %i', (code) => {
    expect(cellsOf('Close codes', String(code))).toHaveLength(3);
  });
});

function chapter(title: string): string {
  const [, after = ''] = text.split(`\n## ${title}\n`);
  return after.split('\n## ')[0] ?? '';
}

function sectionsOf(title: string): Section[] {
  const [, ...sections] = chapter(title).split('\n### ');
  return sections.map((section) => {
    const [type = '', ...lines] = section.split('\n');
    return { type, text: lines.join('\n') };
  });
}

function entries(sections: readonly Section[]): [string, string][] {
  return sections.map((section) => [section.type, section.text]);
}

function jsonOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => json);
}

function parse(json: string): { readonly type: string } {
  return JSON.parse(json) as { type: string };
}

function typeOf(json: string): string {
  return parse(json).type;
}

function payloadOf(messages: Readonly<Record<string, { readonly payload: JsonSchema }>>, type: string): JsonSchema {
  return messages[type]?.payload ?? {};
}

/** The names of an interface's own fields, `?` behind those that may be left out. */
function interfaceFields(section: string): string[] {
  const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(section) ?? [];
  return [...code.matchAll(/^ {2}(\w+\??):/gm)].map(([, name = '']) => name);
}

/** The cells of the row that begins so, in a chapter's table. */
function cellsOf(title: string, first: string): string[] {
  const row = chapter(title)
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find(([, cell]) => cell === first);
  return row?.slice(1, -1) ?? [];
}
