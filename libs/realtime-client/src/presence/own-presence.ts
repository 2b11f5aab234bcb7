import type { Backoff } from '../connection/backoff.js';
import type { Commands, Outcome } from '../connection/commands.js';
import { Deferred } from '../deferred.js';
import { RealtimeError, type Report } from '../errors.js';
import { Pause } from '../pause.js';

/** A state as JSON text; null: that it isn't present. */
type Said = string | null;

export interface OwnPresenceHost {
  readonly channel: string;
  readonly key: string;
  readonly commands: Commands;
  newBackoff(): Backoff;
  /** Whether there is something to say is other than before. */
  changed(): void;
  report: Report;
}

/**
 * That this client is present on a channel, and in which state: said until the server has it, over refusals that pass, and again on
 * each connection. Of several states that wait, the last is said.
 */
export class OwnPresence {
  /** Undefined: there is nothing to say. */
  private wanted: Said | undefined;
  /** The state that the server acknowledged last: it stays when the next one is refused. */
  private kept: string | undefined;
  /** What was acknowledged on this connection. */
  private known: Said | undefined;
  /** The server may have it for present. */
  private isSaid = false;
  private isLive = false;
  /** Names the command that is unanswered. */
  private inFlight: object | undefined;
  /** Of what is under way, and of what is to be said then. */
  private flying: Deferred | undefined;
  private next: Deferred | undefined;
  /** After a refusal that passes. */
  private readonly pause: Pause;

  constructor(private readonly host: OwnPresenceHost) {
    this.pause = new Pause(
      () => host.newBackoff(),
      () => this.flush(),
    );
  }

  /** The connection has to be subscribed to the channel. */
  get isWanted(): boolean {
    return this.wanted !== undefined;
  }

  /** Resolves when the server has this state, or a later one. */
  set(said: Said): Promise<void> {
    this.wanted = said === null && !this.isSaid ? undefined : said;
    const { promise } = (this.next ??= new Deferred());
    this.flush();
    this.host.changed();
    return promise;
  }

  /** The connection is subscribed to the channel from now on. */
  live(): void {
    this.isLive = true;
    this.flush();
  }

  lost(): void {
    this.isLive = false;
    this.inFlight = undefined;
    this.known = undefined;
    this.pause.end();
    this.pause.reset();
    this.waitAgain();
  }

  /** It isn't present any more, and nothing is said of it. @param error why nothing comes of what waits */
  end(error: RealtimeError): void {
    this.lost();
    const isLeaving = this.wanted === null;
    this.wanted = undefined;
    this.kept = undefined;
    this.isSaid = false;
    const waiting = this.next;
    this.next = undefined;
    if (isLeaving) waiting?.resolve();
    else waiting?.reject(error);
  }

  private flush(): void {
    if (this.inFlight !== undefined) return;
    const { wanted: said } = this;
    if (said === undefined || (this.isLive && said === this.known)) return this.settle();
    if (!this.isLive || this.pause.isOn) return;
    const command = {};
    this.inFlight = command;
    this.flying = this.next;
    this.next = undefined;
    if (said !== null) this.isSaid = true;
    const head = JSON.stringify({ type: 'presence', channel: this.host.channel, key: this.host.key }).slice(0, -1);
    this.host.commands.sendJson(`${head},"state":${said ?? 'null'}}`, (outcome) => {
      // What was lost, or ended, is answered all the same.
      if (this.inFlight === command) this.answered(said, outcome);
    });
  }

  private answered(said: Said, outcome: Outcome): void {
    this.inFlight = undefined;
    if ('reply' in outcome) this.acknowledged(said);
    else if (outcome.error.retryable) this.refusedForNow();
    else this.refused(said, outcome.error);
    this.flush();
    this.host.changed();
  }

  private acknowledged(said: Said): void {
    this.known = said;
    this.kept = said ?? undefined;
    this.pause.reset();
    if (said === null) this.isSaid = false;
    if (said === null && this.wanted === null) this.wanted = undefined;
    this.flying?.resolve();
    this.flying = undefined;
  }

  private refused(said: Said, error: RealtimeError): void {
    // What was acknowledged before and isn't now is over. So is what may not even be left.
    if (said === this.kept || said === null) this.kept = undefined;
    if (this.kept === undefined) this.isSaid = false;
    if (this.wanted === said) this.wanted = this.kept;
    if (this.flying === undefined) this.host.report(error);
    else this.flying.reject(error);
    this.flying = undefined;
  }

  private settle(): void {
    this.next?.resolve();
    this.next = undefined;
  }

  private refusedForNow(): void {
    this.waitAgain();
    this.pause.begin();
  }

  private waitAgain(): void {
    if (this.flying === undefined) return;
    if (this.next === undefined) this.next = this.flying;
    else this.flying.follow(this.next);
    this.flying = undefined;
  }
}
