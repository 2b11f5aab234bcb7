import type { ClientFrame, ServerFrame } from '@edge-hive/protocol';
import type { JsonSchema } from './json-schema.js';

/** An AsyncAPI message: one type of frame. */
export interface Message<Frame = unknown> {
  readonly summary: string;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly payload: Frame }[];
}

/** Frames of the protocol that this version of the service neither takes nor sends. */
export type UnservedType = 'presence';

type Served<Frame extends { type: string }> = Exclude<Frame['type'], UnservedType>;

/** A description for each of some frame types; forgetting one does not compile. */
export type Messages<Frame extends { type: string }> = {
  readonly [Type in Frame['type']]: Message<Extract<Frame, { type: Type }>>;
};

export type CommandMessages = Messages<Extract<ClientFrame, { type: Served<ClientFrame> }>>;
export type FrameMessages = Messages<Extract<ServerFrame, { type: Served<ServerFrame> }>>;
