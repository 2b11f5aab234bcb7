import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { MayUse } from '../channels/channel-permission.js';
import type { TopicGrant } from '../rights/topic-grant.js';
import type { CommandFrame } from './parse-frame.js';

/** What a command was let through with. */
export type Grant =
  | { readonly kind: 'topic'; readonly topic: TopicGrant }
  /** What may be done on a channel in the turn in which that is asked: rights can change by themselves. */
  | { readonly kind: 'channel'; readonly mayUse: MayUse };

const byFrame = new WeakMap<object, Grant>();

/** Notes what a command was let through with. */
export function grant(frame: CommandFrame, granted: Grant): void {
  byFrame.set(frame, granted);
}

/** What the guard let a command through with; `undefined`: it subscribes to nothing. */
export function grantOf(context: ExecutionContext): Grant | undefined {
  return byFrame.get(context.switchToWs().getData<CommandFrame>());
}

/** Hands it to the command's handler. */
export const Granted = createParamDecorator((_: unknown, context: ExecutionContext) => grantOf(context));
