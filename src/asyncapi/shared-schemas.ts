import { ERROR_CODES } from '@edge-hive/protocol';
import { MAX_CHANNEL_LENGTH } from '../channels/channel-name.js';
import { objectSchema, schemaRef, type JsonSchema } from './json-schema.js';

const MAX_PATH_LENGTH = 256;

const OPERATORS: JsonSchema = {
  type: 'object',
  minProperties: 1,
  description: 'Operators on one field; all that are given have to hold.',
  properties: {
    eq: {},
    ne: {},
    gt: {},
    gte: {},
    lt: {},
    lte: {},
    in: { type: 'array' },
    nin: { type: 'array' },
    contains: {},
    startsWith: { type: 'string' },
    exists: { type: 'boolean' },
  },
  additionalProperties: false,
};

const FILTER: JsonSchema = {
  type: 'object',
  description: 'Which rows: a field or dotted path with a value (equality) or operators, `or`, `not`. All has to hold.',
  properties: {
    or: { type: 'array', minItems: 1, items: schemaRef('filter') },
    not: schemaRef('filter'),
  },
  additionalProperties: {
    oneOf: [
      OPERATORS,
      { type: 'array' },
      { type: 'string' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'null' },
    ],
  },
};

/** `components.schemas`: what several frames have in common. */
export const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  commandId: { type: 'string', maxLength: 64, description: 'Echoed in the reply or error.' },
  topic: { type: 'string', minLength: 1, maxLength: 256, description: 'Name of a table.' },
  channel: {
    type: 'string',
    minLength: 1,
    maxLength: MAX_CHANNEL_LENGTH,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
    description: 'Name of a channel, without control characters.',
  },
  stream: { type: 'string', description: 'What is delivered: equal subscriptions of any connection share it.' },
  cursor: { type: 'string', maxLength: 64, description: 'A place in the stream. Opaque.' },
  epoch: { type: 'string', maxLength: 256, description: 'The log and the rights that cursors belong to. Opaque.' },
  time: { type: 'string', format: 'date-time' },
  action: { enum: ['CREATE', 'UPDATE', 'DELETE'] },
  path: { type: 'string', minLength: 1, maxLength: MAX_PATH_LENGTH, description: 'A field or a dotted path.' },
  filter: FILTER,
  row: {
    type: 'object',
    description: 'A row or the selected part of it. Values that JSON lacks are text.',
    required: ['id'],
    properties: { id: { type: 'string', description: 'Record id, such as `messages:msg1`.' } },
  },
  principal: objectSchema(
    { id: { type: 'string' }, expires: { type: 'integer', description: 'Unix time in seconds.' } },
    ['id'],
  ),
  errorCode: { enum: ERROR_CODES },
};
