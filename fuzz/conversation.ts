import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, type ClientOptions } from 'ws';
import { revelation } from './revelation.js';
import { trespass } from './world.js';

/** For how long an answer may take, in ms, on a machine that is busy with eight attackers. */
const ANSWER_MS = 30_000;
const CLOSE_MS = 1_000;
const LAST = 'the last one';
/** Characters of an `id`. */
const ID_LENGTH = 64;

export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly [field: string]: unknown;
}

interface Sent {
  readonly type: unknown;
  readonly text: string;
}

export interface ConversationOptions extends ClientOptions {
  readonly protocols?: string[];
  /** Whose rows it may be shown. */
  readonly principal?: string;
}

/**
 * One connection that sends commands as texts, and sees to it that each with an `id` is answered once, in its turn, or the
 * connection is closed; and that nothing comes that the principal may not see.
 */
export class Conversation {
  readonly frames: Frame[] = [];
  /** Of the close, once it is. */
  code: number | undefined;
  private readonly sent = new Map<string, Sent>();
  private readonly topics = new Map<unknown, unknown>();
  private readonly closed: Promise<unknown>;
  private readonly opened: Promise<unknown>;
  private fault: string | undefined;
  private wake: (() => void) | undefined;

  private constructor(
    private readonly socket: WebSocket,
    private readonly principal: string,
  ) {
    this.opened = new Promise((resolve) => socket.once('open', resolve));
    this.closed = new Promise((resolve) =>
      socket.once('close', (code) => {
        this.code = code;
        this.wake?.();
        resolve(code);
      }),
    );
    socket.on('error', () => undefined); // A close follows.
    socket.on('message', (data: Buffer) => this.received(data.toString()));
  }

  /** Settles when it is open, or closed. */
  static async open(
    url: string,
    { protocols, principal = 'nobody', ...options }: ConversationOptions = {},
  ): Promise<Conversation> {
    const conversation = new Conversation(new WebSocket(url, protocols ?? [], options), principal);
    await Promise.race([conversation.opened, conversation.closed]);
    return conversation;
  }

  send(text: string): void {
    const { id, type } = commandOf(text);
    if (id !== undefined) this.sent.set(id, { type, text });
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  /** Settles when such a frame came, with the first one; `undefined` when it is closed before, or patience ends. */
  async until(wanted: (frame: Frame) => boolean, patienceMs = ANSWER_MS): Promise<Frame | undefined> {
    const deadline = Date.now() + patienceMs;
    for (let at = 0; ;) {
      for (; at < this.frames.length; at++) {
        const frame = this.frames[at];
        if (frame && wanted(frame)) return frame;
      }
      const left = deadline - Date.now();
      if (this.code !== undefined || left <= 0) return undefined;
      await Promise.race([
        new Promise<void>((resolve) => (this.wake = resolve)),
        delay(left, undefined, { ref: false }),
      ]);
    }
  }

  /** @throws Error when an answer is missing or wrong, or something came that never may */
  async end(): Promise<void> {
    const { code } = this;
    if (code === undefined) {
      this.send(JSON.stringify({ type: 'ping', id: LAST }));
      const last = await this.until(({ id }) => id === LAST);
      if (!last && this.code === undefined) this.blame(`Nothing was answered in ${ANSWER_MS} ms`);
    }
    this.judge();
    this.socket.close();
    await Promise.race([this.closed, delay(CLOSE_MS, undefined, { ref: false })]);
    this.socket.terminate();
    if (this.fault !== undefined) throw new Error(this.fault);
  }

  /** Ends it without a word. @throws Error when something came that never may */
  async drop(): Promise<void> {
    this.socket.terminate();
    await this.closed;
    this.judge();
    if (this.fault !== undefined) throw new Error(this.fault);
  }

  private received(text: string): void {
    const revealed = revelation(text);
    if (revealed !== undefined) this.blame(`${revealed}: ${text.slice(0, 500)}`);
    const frame = JSON.parse(text) as Frame;
    this.frames.push(frame);
    if (frame.type === 'subscribed') this.topics.set(frame.stream, frame.topic);
    this.look(frame);
    this.wake?.();
  }

  private look({ type, stream, topic, data }: Frame): void {
    if (type !== 'event' && type !== 'snapshot') return;
    if ((topic ?? this.topics.get(stream)) !== 'fenced') return;
    for (const row of Array.isArray(data) ? (data as unknown[]) : [data]) {
      const fault = trespass(row, this.principal);
      if (fault !== undefined) this.blame(fault);
    }
  }

  private judge(): void {
    const order = [...this.sent.keys()];
    let turn = 0;
    const answers = new Map<string, number>();
    for (const { id, type, code } of this.frames) {
      if (type === 'error' && code === 'INTERNAL')
        this.blame(`A command failed: ${this.sent.get(id ?? '')?.text.slice(0, 500)}`);
      if (id === undefined) continue;
      if (!this.sent.has(id)) this.blame(`An answer has the id ${JSON.stringify(id)}, which nothing had`);
      answers.set(id, (answers.get(id) ?? 0) + 1);
      const place = order.indexOf(id);
      if (place < turn) this.blame(`The answer to ${JSON.stringify(id)} came behind a later one`);
      turn = Math.max(turn, place);
    }
    for (const [id, { type, text }] of this.sent) {
      const count = answers.get(id) ?? 0;
      const most = type === 'unsubscribe' ? Infinity : 1;
      // The first token that is right is answered by a welcome.
      const least = this.code !== undefined || type === 'auth' ? 0 : 1;
      if (count < least || count > most) this.blame(`${count} answers came to ${text.slice(0, 500)}`);
    }
  }

  private blame(fault: string): void {
    this.fault ??= fault;
  }
}

/** What the service takes for the id and type of a command. */
function commandOf(text: string): { readonly id?: string; readonly type?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const { id, type } = value as { id?: unknown; type?: unknown };
  return { type, ...(typeof id === 'string' && id.length <= ID_LENGTH && { id }) };
}
