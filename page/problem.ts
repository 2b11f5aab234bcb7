/** The line of a view that tells what went wrong. */
export class Problem {
  constructor(private readonly line: HTMLElement) {}

  show(error: unknown): void {
    this.line.textContent = error instanceof Error ? error.message : String(error);
    this.line.hidden = false;
  }

  clear(): void {
    this.line.hidden = true;
  }
}
