import { RowsDelivery } from '../delivery/delivery.js';
import { Rows } from '../delivery/rows.js';
import { encodeRow } from '../values/encode.js';
import { pickPaths, type DatabaseRow, type Path } from '../values/path.js';

/** Rows are gathered into chunks of about this many characters. */
const CHUNK_CHARACTERS = 64 * 1024;

/** The rows of a snapshot in chunks: at least one, the last marked as such. */
export class SnapshotChunks {
  private readonly chunks: RowsDelivery[] = [];
  private texts: string[] = [];
  private characters = 0;

  constructor(
    private readonly stream: string,
    private readonly fields: readonly Path[] | undefined,
    /** Told of each chunk's bytes as it is made. */
    private readonly grew: (bytes: number) => void = () => undefined,
  ) {}

  /** @returns the characters of its text. */
  add(row: DatabaseRow): number {
    const text = encodeRow(this.fields ? pickPaths(row, this.fields) : row);
    if (this.characters > 0 && this.characters + text.length > CHUNK_CHARACTERS) this.finishChunk(false);
    this.texts.push(text);
    this.characters += text.length;
    return text.length;
  }

  finish(): readonly RowsDelivery[] {
    this.finishChunk(true);
    return this.chunks;
  }

  /** Forgets all chunks, those that were handed out too. */
  clear(): void {
    this.chunks.length = 0;
    this.texts = [];
  }

  private finishChunk(last: boolean): void {
    const { stream } = this;
    const chunk = new RowsDelivery({ type: 'snapshot', stream, rows: new Rows(this.texts), last });
    this.chunks.push(chunk);
    this.texts = [];
    this.characters = 0;
    this.grew(chunk.weight);
  }
}
