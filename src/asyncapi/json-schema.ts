/** The part of JSON Schema (draft 7, which AsyncAPI speaks) that describes frames. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly description?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly minimum?: number;
}

type FieldSchemas = Readonly<Record<string, JsonSchema>>;

/** A reference to one of `components.schemas`. */
export function schemaRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/**
 * What a command has to look like. Fields that nobody knows are ignored, so that they are allowed here.
 *
 * @param required besides `type`
 */
export function commandSchema(type: string, properties: FieldSchemas, required: readonly string[] = []): JsonSchema {
  return {
    type: 'object',
    required: ['type', ...required],
    properties: { type: { const: type }, id: schemaRef('commandId'), ...properties },
  };
}

/**
 * What the server's frame of a type looks like: these fields and no others.
 *
 * @param required besides `type`
 */
export function frameSchema(type: string, properties: FieldSchemas, required: readonly string[]): JsonSchema {
  return objectSchema({ type: { const: type }, ...properties }, ['type', ...required]);
}

export function objectSchema(properties: FieldSchemas, required: readonly string[]): JsonSchema {
  return { type: 'object', required, properties, additionalProperties: false };
}
