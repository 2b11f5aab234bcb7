import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PolicyService } from '../auth/policy/policy.service.js';
import { isChannelName } from '../channels/channel-name.js';
import { CommandError } from '../errors/command-error.js';
import { PublishPermits } from '../session/publish-permits.js';
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

  private allows(session: Session, frame: CommandFrame): boolean {
    const { caller, principal, subscriptions } = session;
    const { type, topic, channel, stream } = frame;
    switch (type) {
      case 'auth':
        return true;
      case 'subscribe':
        if (typeof channel === 'string') return this.policy.mayUseChannel(caller, channel, 'subscribe');
        return typeof topic !== 'string' || this.policy.policyRights(caller, topic) !== undefined;
      case 'publish':
        if (!principal) return false;
        return typeof channel !== 'string' || this.allowsPublish(session, channel);
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

  /** What was decided is noted for whoever publishes, and not decided again while the rights stay as they are. */
  private allowsPublish(session: Session, channel: string): boolean {
    if (session.permits?.get(channel)) return true;
    if (!this.policy.mayUseChannel(session.caller, channel, 'publish')) return false;
    // A name that is none is refused when its frame is validated.
    if (!isChannelName(channel)) return true;
    session.permits ??= new PublishPermits();
    session.permits.add({ channel, history: this.policy.channelHistory(channel) });
    return true;
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
