import type { Socket } from 'node:net';
import { encodeFrame, FrameReader, type Frame } from './frame.js';
import { readError, writeError, type WrittenError } from './link-error.js';

/** Bytes that are written at once, if not one frame has more. */
const PIECE = 256 * 1024;

/** What one end says to the other, by kind: without an answer, or for one. */
export interface Vocabulary {
  readonly notices: object;
  readonly questions: object;
}

/** What a question asks, and what it is answered. */
export interface Question<Asked, Answer> {
  readonly asked: Asked;
  readonly answer: Answer;
}

type AskedBy<Q> = Q extends Question<infer Asked, unknown> ? Asked : never;
type AnswerTo<Q> = Q extends Question<unknown, infer Answer> ? Answer : never;

/** Of either sort, once it is known to be of the kind that it is called for. */
type Handler = (value: unknown, body: Buffer) => unknown;

type NoticeHandlers<V extends Vocabulary> = {
  [Kind in keyof V['notices']]?: (value: V['notices'][Kind], body: Buffer) => void;
};
type QuestionHandlers<V extends Vocabulary> = {
  [Kind in keyof V['questions']]?: (
    asked: AskedBy<V['questions'][Kind]>,
    body: Buffer,
  ) => AnswerTo<V['questions'][Kind]> | Promise<AnswerTo<V['questions'][Kind]>>;
};

/** What an end does with what the other says. */
export interface Handlers<V extends Vocabulary> {
  readonly notices: NoticeHandlers<V>;
  readonly questions: QuestionHandlers<V>;
}

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
  private asked = 0;
  private frames: Buffer[] = [];
  /** Of the frames, and of those that are on their way. */
  private bytes = 0;
  private taken = 0;
  private flushing = false;
  private ended = false;
  private announceEnd: () => void = () => undefined;
  /** Settles when the other end is gone. */
  readonly end = new Promise<void>((resolve) => (this.announceEnd = resolve));

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.received(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.closed());
  }

  /** Bytes that the other end hasn't taken yet. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /** Bytes that it has taken. */
  get takenBytes(): number {
    return this.taken;
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
    if (this.ended) return;
    this.frames.push(frame);
    this.bytes += frame.length;
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
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

  /** Piece by piece, so that it shows whether the other end takes anything. */
  private flush(): void {
    const piece = this.ended ? undefined : this.nextPiece();
    this.flushing = piece !== undefined;
    if (!piece) return;
    this.socket.write(piece, () => {
      this.bytes -= piece.length;
      this.taken += piece.length;
      this.flush();
    });
  }

  private nextPiece(): Buffer | undefined {
    let size = 0;
    let count = 0;
    for (const frame of this.frames) {
      if (count > 0 && size + frame.length > PIECE) break;
      size += frame.length;
      count += 1;
    }
    const [first, ...more] = this.frames.splice(0, count);
    return first && (more.length === 0 ? first : Buffer.concat([first, ...more], size));
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
    this.frames = [];
    this.bytes = 0;
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
