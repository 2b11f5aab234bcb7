import { readObject } from './json-input.js';
import type { OwnWrites } from './own-writes.js';
import type { PageSettings } from '../src/page/page-settings.js';
import { field, part } from './part.js';
import { Problem } from './problem.js';
import { RowSender, type Values } from './row-sender.js';

const EXAMPLE: Values = { room: 'general', text: 'Hello' };

/** The form that writes rows. */
export class WriteForm {
  private readonly form: HTMLFormElement;
  private readonly state: HTMLElement;
  private readonly last: HTMLElement;
  private readonly problem: Problem;
  /** What update and delete are about when no record is named. */
  private lastId: string | undefined;

  constructor(
    root: ParentNode,
    private readonly writes: OwnWrites,
  ) {
    this.form = part(root, 'writer', HTMLFormElement);
    this.state = part(root, 'writer-state', HTMLElement);
    this.last = part(root, 'last-record', HTMLElement);
    this.problem = new Problem(part(root, 'writer-problem', HTMLElement));
    field(this.form, 'values').value = JSON.stringify(EXAMPLE);
  }

  start(writing: PageSettings['writing']): void {
    if ('refused' in writing) {
      this.state.textContent = writing.refused;
      return;
    }
    const sender = new RowSender(this.writes);
    this.form.addEventListener('submit', (event) => void this.submitted(event, sender));
    this.form.hidden = false;
    this.state.textContent = `By the service, into its own database (${writing.namespace}/${writing.database})`;
  }

  private async submitted(event: SubmitEvent, sender: RowSender): Promise<void> {
    event.preventDefault();
    const action = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'create';
    this.problem.clear();
    this.lock(true);
    try {
      await this.write(action, sender);
    } catch (error) {
      this.problem.show(error);
    } finally {
      this.lock(false);
      if (event.submitter instanceof HTMLElement) event.submitter.focus();
    }
  }

  private async write(action: string, sender: RowSender): Promise<void> {
    const table = field(this.form, 'table').value.trim();
    const id = idIn(field(this.form, 'record').value, table);
    const values = readObject(field(this.form, 'values'), 'Values') ?? {};
    if (action === 'burst') return sender.burst(table, values);
    if (action === 'create') {
      this.lastId = await sender.create(table, id, values);
      this.last.textContent = `Last record: ${table}:${this.lastId}`;
      return;
    }
    const known = id ?? this.lastId;
    if (known === undefined) throw new Error('Record is empty: name one, or create one first.');
    if (action === 'update') return sender.update(table, known, values);
    await sender.delete(table, known);
  }

  /** One write at a time, so that each event is timed from its own. */
  private lock(locked: boolean): void {
    for (const button of this.form.querySelectorAll('button')) button.disabled = locked;
  }
}

/** `m1`, and the `messages:m1` that events show. */
function idIn(text: string, table: string): string | undefined {
  const id = text.trim();
  return (id.startsWith(`${table}:`) ? id.slice(table.length + 1) : id) || undefined;
}
