import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PolicyService } from '../auth/policy/policy.service.js';
import { CommandError } from '../errors/command-error.js';
import { subscriptionsNamed } from './unsubscribe.js';
import type { Session } from '../session/session.js';
import type { CommandFrame } from './parse-frame.js';

/** Fields that say what a command is about. */
const PLACES = ['topic', 'channel', 'stream'] as const;

/**
 * Lets a command through if its caller may give it. Fields are not validated yet: what has the wrong type passes here, and
 * the pipe names it.
 */
@Injectable()
export class CommandGuard implements CanActivate {
  constructor(private readonly policy: PolicyService) {}

  /** @throws CommandError UNAUTHENTICATED, FORBIDDEN */
  canActivate(context: ExecutionContext): boolean {
    const [session, frame] = context.getArgs<[Session, CommandFrame]>();
    this.check(session, frame);
    return true;
  }

  /** @throws CommandError UNAUTHENTICATED, FORBIDDEN */
  check(session: Session, frame: CommandFrame): void {
    if (!this.allows(session, frame)) {
      const place = PLACES.find((field) => frame[field] !== undefined) ?? 'type';
      throw refusal(session, place, `to ${frame.type} here`);
    }
    if (!this.allowsLook(session, frame)) throw refusal(session, 'presence', 'to see who is on this channel');
  }

  private allows({ caller, principal, subscriptions }: Session, frame: CommandFrame): boolean {
    const { type, topic, channel, stream } = frame;
    switch (type) {
      case 'auth':
        return true;
      case 'subscribe':
        if (typeof channel === 'string') return this.policy.mayUseChannel(caller, channel, 'subscribe');
        return typeof topic !== 'string' || this.policy.policyRights(caller, topic) !== undefined;
      case 'publish':
        if (!principal) return false;
        return typeof channel !== 'string' || this.policy.mayUseChannel(caller, channel, 'publish');
      case 'presence':
        if (!principal) return false;
        return typeof channel !== 'string' || this.policy.mayUseChannel(caller, channel, 'presence');
      case 'unsubscribe':
        // Who may subscribe without a token may end that without one.
        return principal !== undefined || subscriptionsNamed(subscriptions, { stream, topic, channel }).length > 0;
      default:
        return principal !== undefined;
    }
  }

  /** Who subscribes to a channel may also want to know who is there. */
  private allowsLook({ caller }: Session, { type, channel, presence }: CommandFrame): boolean {
    if (type !== 'subscribe' || typeof channel !== 'string' || !presence) return true;
    return this.policy.mayUseChannel(caller, channel, 'presence');
  }
}

function refusal({ principal }: Session, place: string, what: string): CommandError {
  return principal
    ? new CommandError('FORBIDDEN', `${place}: not allowed ${what}.`)
    : new CommandError('UNAUTHENTICATED', `${place}: authenticate first, ${what}.`);
}
