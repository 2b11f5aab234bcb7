import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PolicyService } from '../auth/policy/policy.service.js';
import { checkChannelName, isChannelName } from '../channels/channel-name.js';
import { CommandError } from '../errors/command-error.js';
import { RightsService } from '../rights/rights.service.js';
import { ChannelRights } from '../session/channel-rights.js';
import { PublishPermits } from '../session/publish-permits.js';
import { MAX_TOPIC_LENGTH } from './frames/subscribe.dto.js';
import { grant } from './granted.js';
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
  constructor(
    private readonly policy: PolicyService,
    private readonly channels: ChannelRights,
    private readonly rights: RightsService,
  ) {}

  /** @throws CommandError UNAUTHENTICATED, FORBIDDEN, BAD_FRAME, UNAVAILABLE */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const [session, frame] = context.getArgs<[Session, CommandFrame]>();
    const topic = topicOf(frame);
    if (topic !== undefined) return this.grantTopic(session, frame, topic);
    const checked = this.check(session, frame);
    return checked ? checked.then(() => true) : true;
  }

  /** What was found is noted for whoever serves the command: nobody asks again. */
  private async grantTopic(session: Session, frame: CommandFrame, topic: string): Promise<true> {
    try {
      grant(frame, { kind: 'topic', topic: await this.rights.grant(session.caller, topic) });
      return true;
    } catch (error) {
      // A token could change that.
      const forbidden = error instanceof CommandError && error.code === 'FORBIDDEN';
      throw forbidden && !session.principal ? refusal(session, 'topic', 'to subscribe here') : error;
    }
  }

  /**
   * All but what may be read of a table.
   *
   * @returns when there is something to wait for: only what hangs on a record of the database is
   * @throws CommandError UNAUTHENTICATED, FORBIDDEN, BAD_FRAME, UNAVAILABLE
   */
  check(session: Session, frame: CommandFrame): Promise<void> | undefined {
    const allowed = this.allows(session, frame);
    if (typeof allowed !== 'boolean') return this.checkAsked(session, frame, allowed);
    expectAllowed(session, frame, allowed);
    const look = this.allowsLook(session, frame);
    if (typeof look !== 'boolean') return look.then((isAllowed) => this.grantChannel(session, frame, isAllowed));
    this.grantChannel(session, frame, look);
    return undefined;
  }

  private async checkAsked(session: Session, frame: CommandFrame, allowed: Promise<boolean>): Promise<void> {
    expectAllowed(session, frame, await allowed);
    this.grantChannel(session, frame, await this.allowsLook(session, frame));
  }

  /** A channel that is subscribed to may have to be waited for: what may be done on it then is asked of what is noted here. */
  private grantChannel(session: Session, frame: CommandFrame, isAllowed: boolean): void {
    if (!isAllowed) throw refusal(session, 'presence', 'to see who is on this channel');
    const { type, topic, channel } = frame;
    if (type !== 'subscribe' || typeof channel !== 'string' || topic !== undefined) return;
    grant(frame, { kind: 'channel', mayUse: (name, use) => this.channels.current(session, name, use) });
  }

  private allows(session: Session, frame: CommandFrame): boolean | Promise<boolean> {
    const { principal, subscriptions } = session;
    const { type, topic, channel, stream } = frame;
    switch (type) {
      case 'auth':
        return true;
      case 'subscribe':
        return typeof channel !== 'string' || this.channels.mayUse(session, channel, 'subscribe');
      case 'publish':
        if (!principal) return false;
        return typeof channel !== 'string' || this.allowsPublish(session, channel);
      case 'presence':
        if (!principal) return false;
        return typeof channel !== 'string' || this.channels.mayUse(session, channel, 'presence');
      case 'unsubscribe':
        // Who may subscribe without a token may end that without one.
        return principal !== undefined || subscriptionsNamed(subscriptions, { stream, topic, channel }).length > 0;
      default:
        return principal !== undefined;
    }
  }

  /** What was decided is noted for whoever publishes, and not decided again while the rights stay as they are. */
  private allowsPublish(session: Session, channel: string): boolean | Promise<boolean> {
    if (session.permits?.get(channel)) return true;
    const allowed = this.channels.mayUse(session, channel, 'publish');
    if (typeof allowed === 'boolean') return allowed && this.permit(session, channel);
    return allowed.then((isAllowed) => isAllowed && this.permit(session, channel));
  }

  private permit(session: Session, channel: string): true {
    // A name that is none is refused when its frame is validated.
    if (!isChannelName(channel)) return true;
    session.permits ??= new PublishPermits();
    session.permits.add({ channel, history: this.policy.channelHistory(channel) });
    return true;
  }

  /** Who subscribes to a channel may also want to know who is there. */
  private allowsLook(session: Session, { type, channel, presence }: CommandFrame): boolean | Promise<boolean> {
    if (type !== 'subscribe' || typeof channel !== 'string' || !presence) return true;
    return this.channels.mayUse(session, channel, 'presence');
  }
}

/** The table that a command subscribes to. A name that is none is refused when its frame is validated, and nothing is asked of it. */
function topicOf({ type, topic, channel }: CommandFrame): string | undefined {
  if (type !== 'subscribe' || typeof topic !== 'string' || channel !== undefined) return undefined;
  return topic.length > 0 && topic.length <= MAX_TOPIC_LENGTH ? topic : undefined;
}

function expectAllowed(session: Session, frame: CommandFrame, isAllowed: boolean): void {
  if (isAllowed) return;
  // Nobody may use a name that no channel can have: what is wrong with it says more.
  if (session.principal && typeof frame.channel === 'string') checkChannelName(frame.channel);
  const place = PLACES.find((field) => frame[field] !== undefined) ?? 'type';
  throw refusal(session, place, `to ${frame.type} here`);
}

function refusal({ principal }: Session, place: string, what: string): CommandError {
  return principal
    ? new CommandError('FORBIDDEN', `${place}: not allowed ${what}.`)
    : new CommandError('UNAUTHENTICATED', `${place}: authenticate first, ${what}.`);
}
