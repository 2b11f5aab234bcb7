import { invoke, type Report } from './errors.js';

/** Listeners by event name, typed by a map from name to payload. */
export class Emitter<Events extends object> {
  private readonly listeners: { [Name in keyof Events]?: Set<(payload: Events[Name]) => void> } = {};

  /** @returns a function that takes the listener off again */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = (this.listeners[name] ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The listeners of this moment, so that one may take itself or another off while it runs. */
  of<Name extends keyof Events>(name: Name): ((payload: Events[Name]) => void)[] {
    return [...(this.listeners[name] ?? [])];
  }

  /** Calls the listeners of this moment: what one of them throws is reported, and stops no other. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name], report: Report): void {
    for (const listener of this.of(name)) invoke(listener, payload, report);
  }

  clear(): void {
    for (const name of Object.keys(this.listeners) as (keyof Events)[]) this.listeners[name]?.clear();
  }
}
