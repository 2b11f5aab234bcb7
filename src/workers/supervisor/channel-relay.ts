import { Injectable } from '@nestjs/common';
import { MemoryBroker } from '../../channels/broker-memory.js';
import type { Message, Position, Receiver } from '../../channels/broker.js';
import { encodeNotice } from '../link/link.js';
import type { SupervisorSays, WorkerLink } from '../link/vocabularies.js';
import { Links } from './links.js';

/** Workers that have opened one channel. */
class Listeners extends Set<WorkerLink> implements Receiver {
  /** Encoded once for all of them. */
  message({ data, ...envelope }: Message): void {
    const frame = encodeNotice<SupervisorSays, 'message'>('message', envelope, data);
    for (const link of this) link.send(frame);
  }

  interrupted(): void {
    // A broker in memory misses nothing.
  }

  closed(): void {
    // And closes no channel.
  }
}

/** The channels of all workers: their messages, order and history are here. */
@Injectable()
export class ChannelRelay {
  private readonly listeners = new Map<string, Listeners>();

  constructor(
    private readonly broker: MemoryBroker,
    private readonly links: Links,
  ) {}

  add(link: WorkerLink): void {
    const { broker } = this;
    void link.end.then(() => this.forget(link));
    link.handle({
      notices: { close: (channel) => this.close(channel, link) },
      questions: {
        open: ({ channel, owner }) => this.open(channel, owner, link),
        publish: async ({ publication, carriage }, body) => {
          // What workers haven't taken yet is bounded: who publishes waits for those that take it.
          await this.links.caughtUp;
          return broker.publish({ ...publication, data: body.toString() }, carriage);
        },
        after: async ({ channel, since, limit }) => (await broker.after(channel, since, limit)) ?? null,
        newest: ({ channel, limit }) => broker.newest(channel, limit),
      },
    });
  }

  private open(channel: string, owner: string, link: WorkerLink): Promise<Position> {
    const listeners = this.listeners.get(channel) ?? new Listeners();
    this.listeners.set(channel, listeners.add(link));
    return this.broker.open(channel, listeners, owner);
  }

  private close(channel: string, link: WorkerLink): void {
    const listeners = this.listeners.get(channel);
    if (!listeners?.delete(link) || listeners.size > 0) return;
    this.listeners.delete(channel);
    this.broker.close(channel);
  }

  private forget(link: WorkerLink): void {
    for (const channel of [...this.listeners.keys()]) this.close(channel, link);
  }
}
