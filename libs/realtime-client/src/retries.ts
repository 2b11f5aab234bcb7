/** What was refused for now, and is asked for again. */
export class Retries<Key extends object> {
  private readonly timers = new Map<Key, ReturnType<typeof setTimeout>>();

  has(key: Key): boolean {
    return this.timers.has(key);
  }

  add(key: Key, delay: number, again: () => void): void {
    this.cancel(key);
    this.timers.set(key, setTimeout(again, delay));
  }

  cancel(key: Key): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
