import type { ClientFrame, ServerFrame } from '@edge-hive/protocol';
import type { JsonSchema } from './json-schema.js';

/** An AsyncAPI message: one type of frame. */
export interface Message<Frame = unknown> {
  readonly summary: string;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly payload: Frame }[];
}

/** A description for each of some frame types; forgetting one does not compile. */
export type Messages<Frame extends { type: string }> = {
  readonly [Type in Frame['type']]: Message<Extract<Frame, { type: Type }>>;
};

export type CommandMessages = Messages<ClientFrame>;
export type FrameMessages = Messages<ServerFrame>;

/** The name of a frame's message in the document: a command of the same type has the type's. */
export function frameName(type: ServerFrame['type']): string {
  return type === 'presence' ? 'presenceFrame' : type;
}
