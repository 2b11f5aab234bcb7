/** Milliseconds that handing on may take before others get their turn. */
const TURN_MS = 4;
/** A transaction can have hundreds of thousands. */
const MOST = 1_000;

/** How many changes are handed on at a time: as many as took a few milliseconds, by what the last ones took. */
export class BatchSize {
  private size = MOST;

  get current(): number {
    return this.size;
  }

  took(milliseconds: number, changes: number): void {
    const fitting = Math.floor((TURN_MS * changes) / milliseconds);
    this.size = Math.min(MOST, Math.max(1, fitting));
  }
}
