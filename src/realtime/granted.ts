import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { TopicGrant } from '../rights/topic-grant.js';
import type { CommandFrame } from './parse-frame.js';

const byFrame = new WeakMap<object, TopicGrant>();

/** Notes what a command was let through with. */
export function grant(frame: CommandFrame, topicGrant: TopicGrant): void {
  byFrame.set(frame, topicGrant);
}

/** What the guard let a command through with; `undefined`: it is about no table. */
export function grantOf(context: ExecutionContext): TopicGrant | undefined {
  return byFrame.get(context.switchToWs().getData<CommandFrame>());
}

/** Hands it to the command's handler. */
export const Granted = createParamDecorator((_: unknown, context: ExecutionContext) => grantOf(context));
