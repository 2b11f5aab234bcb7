import type { Filter, SnapshotRequest } from '@edge-hive/realtime-client';
import { readObject } from './json-input.js';
import { field } from './part.js';

/** What a form asks for. */
export interface TopicRequest {
  readonly topic: string;
  readonly filter: Filter | undefined;
  readonly fields: string[] | undefined;
  readonly snapshot: SnapshotRequest | undefined;
}

/** Rows of a snapshot: as many as somebody looks at. */
const SNAPSHOT_ROWS = 50;

/** @throws Error naming the input that can't be used */
export function readTopicForm(form: HTMLFormElement): TopicRequest {
  const fields = field(form, 'fields')
    .value.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    topic: field(form, 'topic').value.trim(),
    // Whether its operators make sense, the service says better.
    filter: readObject(field(form, 'filter'), 'Filter') as Filter | undefined,
    fields: fields.length > 0 ? fields : undefined,
    snapshot: field(form, 'snapshot').checked ? { limit: SNAPSHOT_ROWS } : undefined,
  };
}
