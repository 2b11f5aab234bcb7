import { connect } from 'node:net';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { Link } from '../link/link.js';
import type {
  Introduction,
  SupervisorLink,
  SupervisorSays,
  WorkerQuestions,
  WorkerSays,
} from '../link/vocabularies.js';
import type { AnswerTo, AskedBy } from '../link/vocabulary.js';
import { TaskQueue } from './task-queue.js';

/** The process that this one works for: it reads the database for all, and carries their channels. */
export class Supervisor {
  /** What happens in the database, and what is answered about it, in its order. */
  readonly tasks: TaskQueue;

  private constructor(
    readonly link: SupervisorLink,
    readonly introduction: Introduction,
  ) {
    const logger = new Logger(Supervisor.name);
    this.tasks = new TaskQueue(
      (full) => (full ? link.pause() : link.resume()),
      (error) => {
        // What happened in the database can't be told here any more without a hole: clients go on at other workers.
        logger.error(error);
        link.destroy();
      },
    );
  }

  /** @param path of its socket. @param onGone without the supervisor a process is of no use, and ends */
  static async connect(path: string, onGone: () => void = endProcess): Promise<Supervisor> {
    const socket = connect(path);
    await once(socket, 'connect');
    const link: SupervisorLink = new Link<WorkerSays, SupervisorSays>(socket);
    void link.end.then(onGone);
    link.handle({ questions: {}, notices: { ping: () => link.notify('pong', null) } });
    link.notify('hello', process.pid);
    return new Supervisor(link, await link.ask('introduce', null));
  }

  /** Asks about the database. What the supervisor said before it answered has its turn first. */
  async ask<Kind extends keyof WorkerQuestions>(
    kind: Kind,
    asked: AskedBy<WorkerQuestions[Kind]>,
  ): Promise<AnswerTo<WorkerQuestions[Kind]>> {
    const answer = await this.link.ask(kind, asked);
    await this.tasks.passed();
    return answer;
  }
}

function endProcess(): void {
  process.exit(1);
}
