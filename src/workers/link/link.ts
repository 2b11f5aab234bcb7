import type { Socket } from 'node:net';
import { encodeFrame, FrameReader, type Frame } from './frame.js';
import { FrameWriter } from './frame-writer.js';
import { readError, writeError, type WrittenError } from './link-error.js';
import type { AnswerTo, AskedBy, Handlers, Vocabulary } from './vocabulary.js';

/** Of either sort, once it is known to be of the kind that it is called for. */
type Handler = (value: unknown, body: Buffer) => unknown;

interface Waiting {
  readonly answered: (value: unknown) => void;
  readonly failed: (error: Error) => void;
}

/** Both ends are the same program, and nobody else reaches the socket: what comes is what was sent. */
type Head =
  | readonly ['notice', string, unknown]
  | readonly ['question', string, unknown, number]
  | readonly ['answer', number, unknown]
  | readonly ['failure', number, WrittenError];

/**
 * Two processes that speak with each other. What one says arrives in the order in which it was said, answers among it. What is said
 * in one turn of the event loop goes out together.
 */
export class Link<Mine extends Vocabulary, Theirs extends Vocabulary> {
  private readonly reader = new FrameReader();
  private readonly handlers = { notices: new Map<string, Handler>(), questions: new Map<string, Handler>() };
  private readonly waiting = new Map<number, Waiting>();
  private readonly writer: FrameWriter;
  private asked = 0;
  private ended = false;
  private announceEnd: () => void = () => undefined;
  /** Settles when the other end is gone. */
  readonly end = new Promise<void>((resolve) => (this.announceEnd = resolve));

  constructor(private readonly socket: Socket) {
    this.writer = new FrameWriter(socket);
    socket.on('data', (chunk) => this.received(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.closed());
  }

  /** Bytes that the other end hasn't taken yet. */
  get waitingBytes(): number {
    return this.writer.waitingBytes;
  }

  /** Bytes that it has taken. */
  get takenBytes(): number {
    return this.writer.takenBytes;
  }

  /** From now on these are called, too. Of each kind there is one. */
  handle(handlers: Handlers<Theirs>): void {
    for (const sort of ['notices', 'questions'] as const) {
      const added = Object.entries(handlers[sort]) as [string, Handler][];
      for (const [kind, handler] of added) this.handlers[sort].set(kind, handler);
    }
  }

  notify<Kind extends keyof Mine['notices'] & string>(
    kind: Kind,
    value: Mine['notices'][Kind],
    body?: string | Uint8Array,
  ): void {
    this.send(encodeNotice<Mine, Kind>(kind, value, body));
  }

  /** Sends what was encoded once for several links. */
  send(frame: Buffer): void {
    this.writer.write(frame);
  }

  /**
   * @param onAnswer is called with the answer before anything is taken in that came behind it.
   * @throws Error when the other end fails, or is gone
   */
  ask<Kind extends keyof Mine['questions'] & string>(
    kind: Kind,
    asked: AskedBy<Mine['questions'][Kind]>,
    body?: string | Uint8Array,
    onAnswer?: (answer: AnswerTo<Mine['questions'][Kind]>) => void,
  ): Promise<AnswerTo<Mine['questions'][Kind]>> {
    if (this.ended) return Promise.reject(gone());
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      const answered = (value: unknown) => {
        // As the other end answers it: see Head.
        const answer = value as AnswerTo<Mine['questions'][Kind]>;
        onAnswer?.(answer);
        resolve(answer);
      };
      this.waiting.set(id, { answered, failed: reject });
      this.send(encodeFrame(['question', kind, asked, id] satisfies Head, body));
    });
  }

  /** Takes nothing more in for now: the other end keeps it. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private received(chunk: Buffer): void {
    for (const frame of this.reader.push(chunk)) this.take(frame);
  }

  private take({ head: taken, body }: Frame): void {
    const head = taken as Head;
    switch (head[0]) {
      case 'notice':
        this.handlers.notices.get(head[1])?.(head[2], body);
        return;
      case 'question':
        return this.answer(head[3], () => this.handlers.questions.get(head[1])?.(head[2], body));
      case 'answer':
        return this.settle(head[1], ({ answered }) => answered(head[2]));
      case 'failure':
        return this.settle(head[1], ({ failed }) => failed(readError(head[2])));
    }
  }

  private answer(id: number, work: () => unknown): void {
    try {
      const result = work();
      if (!(result instanceof Promise)) return this.answered(id, result);
      result.then(
        (value) => this.answered(id, value),
        (error: unknown) => this.failed(id, error),
      );
    } catch (error) {
      this.failed(id, error);
    }
  }

  private answered(id: number, value: unknown): void {
    this.send(encodeFrame(['answer', id, value] satisfies Head));
  }

  private failed(id: number, error: unknown): void {
    this.send(encodeFrame(['failure', id, writeError(error)] satisfies Head));
  }

  private settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting) how(waiting);
  }

  private closed(): void {
    this.ended = true;
    this.writer.end();
    for (const { failed } of this.waiting.values()) failed(gone());
    this.waiting.clear();
    this.announceEnd();
  }
}

/** A notice for several links. */
export function encodeNotice<Mine extends Vocabulary, Kind extends keyof Mine['notices'] & string>(
  kind: Kind,
  value: Mine['notices'][Kind],
  body?: string | Uint8Array,
): Buffer {
  return encodeFrame(['notice', kind, value] satisfies Head, body);
}

function gone(): Error {
  return new Error('the other process is gone');
}
