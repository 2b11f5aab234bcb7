/** A publish, as its publisher knows it. */
export interface Publish {
  readonly id: string;
  readonly channel: string;
  readonly publisher: string;
  /** Of this publisher's: the next one begins when this one has come to its end. */
  readonly number: number;
  readonly began: number;
  /** When it was known to be carried; undefined while that isn't known. */
  acknowledged: number | undefined;
}

/** What publishers know of what they published. */
export class Publishes {
  private readonly byId = new Map<string, Publish>();

  begin(channel: string, publisher: string, number: number, began = Date.now()): Publish {
    const id = `${publisher} ${number}`;
    const publish: Publish = { id, channel, publisher, number, began, acknowledged: undefined };
    this.byId.set(id, publish);
    return publish;
  }

  get(id: string): Publish | undefined {
    return this.byId.get(id);
  }

  of(channel: string): Publish[] {
    return [...this.byId.values()].filter((publish) => publish.channel === channel);
  }

  get acknowledged(): number {
    return [...this.byId.values()].filter(({ acknowledged }) => acknowledged !== undefined).length;
  }

  get unknown(): number {
    return this.byId.size - this.acknowledged;
  }
}
