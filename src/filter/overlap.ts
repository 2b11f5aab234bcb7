import type { Reach } from './reach.js';

/** How many have each value of the same fields. */
class Group {
  private readonly counts = new Map<string, number>();
  /** How many values are had by so many. */
  private readonly levels = new Map<number, number>();
  most = 0;

  /** What `most` would be with these. */
  with(values: readonly string[]): number {
    return values.reduce((most, value) => Math.max(most, (this.counts.get(value) ?? 0) + 1), this.most);
  }

  change(value: string, by: 1 | -1): void {
    const before = this.counts.get(value) ?? 0;
    const count = before + by;
    if (count === 0) this.counts.delete(value);
    else this.counts.set(value, count);
    if (before > 0) this.move(before, -1);
    if (count > 0) this.move(count, 1);
    if (count > this.most) this.most = count;
    else if (!this.levels.has(this.most)) this.most = this.counts.size === 0 ? 0 : before - 1;
  }

  private move(level: number, by: 1 | -1): void {
    const values = (this.levels.get(level) ?? 0) + by;
    if (values === 0) this.levels.delete(level);
    else this.levels.set(level, values);
  }
}

/** How many of some filters one row can be for, at most. Each step takes as long as a filter has values. */
export class Overlap {
  private readonly groups = new Map<string, Group>();
  private sum = 0;

  get most(): number {
    return this.sum;
  }

  /** What it would be with one more. */
  with(reaches: readonly Reach[]): number {
    return reaches.reduce((sum, { fields, values }) => {
      const group = this.groups.get(fields);
      return sum + (group ? group.with(values) - group.most : 1);
    }, this.sum);
  }

  add(reaches: readonly Reach[]): void {
    this.change(reaches, 1);
  }

  remove(reaches: readonly Reach[]): void {
    this.change(reaches, -1);
  }

  private change(reaches: readonly Reach[], by: 1 | -1): void {
    for (const { fields, values } of reaches) {
      const group = this.groups.get(fields) ?? new Group();
      this.groups.set(fields, group);
      this.sum -= group.most;
      for (const value of values) group.change(value, by);
      this.sum += group.most;
      if (group.most === 0) this.groups.delete(fields);
    }
  }
}
