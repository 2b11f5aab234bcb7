import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  Broker,
  messageBytes,
  type Carriage,
  type Message,
  type Position,
  type Publication,
  type Receiver,
  type Since,
} from '../../channels/broker.js';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { InFlight } from '../../redis/in-flight.js';
import { RemotePresence } from './presence-remote.js';
import { Supervisor } from './supervisor.js';

/** Longest wait for an answer of the supervisor, in ms: beyond, whoever asked is told to try again. */
const ANSWER_MS = 10_000;

/** The broker of a worker: the supervisor's, which all of them share. */
@Injectable()
export class RemoteBroker extends Broker implements OnModuleInit {
  readonly presence: RemotePresence;
  private readonly receivers = new Map<string, Receiver>();
  private readonly waiting: InFlight;

  constructor(
    private readonly supervisor: Supervisor,
    config: Config,
    metrics: MetricsService,
  ) {
    super();
    this.waiting = new InFlight({
      commands: config.limitBrokerCommands,
      bytes: config.limitBrokerBytes,
      timeoutMs: ANSWER_MS,
    });
    this.presence = new RemotePresence(supervisor, this.waiting);
    metrics.supervisorCommandsWaiting.readFrom(() => this.waiting.commands);
    metrics.supervisorBytesWaiting.readFrom(() => this.waiting.bytes);
  }

  onModuleInit(): void {
    this.supervisor.link.handle({
      questions: {},
      notices: {
        message: (envelope, body) =>
          this.receivers.get(envelope.channel)?.message({ ...envelope, data: body.toString() }),
      },
    });
    this.presence.start();
  }

  async open(channel: string, receiver: Receiver, owner: string): Promise<Position> {
    this.receivers.set(channel, receiver);
    return this.ask(channel.length, () => this.supervisor.link.ask('open', { channel, owner }));
  }

  close(channel: string): void {
    this.receivers.delete(channel);
    this.supervisor.link.notify('close', channel);
  }

  publish({ data, ...publication }: Publication, carriage: Carriage): Promise<string> {
    const { link } = this.supervisor;
    const bytes = messageBytes({ ...publication, data });
    return this.ask(bytes, () => link.ask('publish', { publication, carriage }, data));
  }

  async after(channel: string, since: Since, limit: number): Promise<readonly Message[] | undefined> {
    const ask = () => this.supervisor.link.ask('after', { channel, since, limit });
    return (await this.ask(channel.length, ask)) ?? undefined;
  }

  newest(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }> {
    return this.ask(channel.length, () => this.supervisor.link.ask('newest', { channel, limit }));
  }

  private ask<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return this.waiting.run(bytes, work);
  }
}
