import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDebugLine } from './debug-lines.js';

/** Beyond it the file is emptied in the middle of a line as well. */
const MAX_BYTES = 1024 * 1024;

/**
 * The nameless file that the embedded server prints into. A pipe won't do: the engine prints some thirty times for a
 * changefeed write and aborts when it can't. A full pipe holds its threads up until the parent reads, and fails once it
 * is non-blocking, which Node 20 makes the pipe of stderr as soon as it closes any socket.
 */
export class PrintFile {
  constructor(readonly fd: number) {}

  /** In memory where the system has a folder for that. Throws when it can't be created. */
  static open(): PrintFile {
    try {
      return PrintFile.#in('/dev/shm');
    } catch {
      return PrintFile.#in(tmpdir());
    }
  }

  static #in(folder: string): PrintFile {
    const path = join(folder, `surreal-${randomUUID()}`);
    const fd = openSync(path, 'ax+', 0o600);
    rmSync(path); // the two processes have it open, and it ends with them
    return new PrintFile(fd);
  }

  /** Takes the lines printed since, without the engine's debug lines. What is printed meanwhile may be lost. */
  take(): string[] {
    const { size } = fstatSync(this.fd);
    if (size === 0) return [];
    const bytes = Buffer.alloc(size);
    readSync(this.fd, bytes, 0, size, 0);
    if (size < MAX_BYTES && !bytes.subarray(-1).equals(newline)) return []; // a line is being printed
    ftruncateSync(this.fd);
    return lines(bytes);
  }

  /** Takes what is left when nothing prints into it any more. */
  close(): string[] {
    const bytes = Buffer.alloc(fstatSync(this.fd).size);
    readSync(this.fd, bytes, 0, bytes.length, 0);
    closeSync(this.fd);
    return lines(bytes);
  }
}

const newline = Buffer.from('\n');

function lines(bytes: Buffer): string[] {
  return bytes
    .toString()
    .split('\n')
    .filter((line) => !isDebugLine(line));
}
