import { formatMilliseconds, formatTime } from './format.js';
import { textElement } from './part.js';

/** One line of a list. */
export interface EntryContent {
  /** What happened: it gives the line its colour. */
  readonly kind: string;
  readonly note?: string | undefined;
  readonly title: string;
  readonly data: unknown;
  /** Milliseconds. */
  readonly latency?: number | undefined;
  /** ISO 8601. */
  readonly time?: string;
  readonly cursor?: string;
}

const SHOWN_CHARACTERS = 400;

export function entryElement({ kind, note, title, data, latency, time, cursor }: EntryContent): HTMLElement {
  const element = document.createElement('li');
  element.className = 'entry';
  element.dataset.kind = kind;
  const tags = textElement('div', 'tags', '');
  tags.append(...[kind, note].flatMap((text) => (text ? textElement('span', 'tag', text) : [])));
  element.append(
    tags,
    whatElement(title, data),
    textElement('div', 'took', latency === undefined ? '' : formatMilliseconds(latency)),
    whenElement(time, cursor),
  );
  return element;
}

function whatElement(title: string, data: unknown): HTMLElement {
  const element = textElement('div', 'what', '');
  const text = typeof data === 'string' ? data : JSON.stringify(data).replace(/^{}$/, '');
  element.append(textElement('span', 'record', title), ' ', textElement('span', 'data', shorten(text)));
  return element;
}

function whenElement(time: string | undefined, cursor: string | undefined): HTMLElement {
  const text = [time && formatTime(time), cursor && `cursor ${cursor}`].filter(Boolean).join(' · ');
  return textElement('div', 'when', text);
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
