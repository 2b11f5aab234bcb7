import { RowQuestion, type RowQuestionParts } from '../filter/row-question.js';

/** The questions that are asked, each of them one object as long as anybody needs it. */
export class RowQuestions {
  private readonly known = new Map<string, WeakRef<RowQuestion>>();
  private readonly gone = new FinalizationRegistry<string>((key) => {
    if (this.known.get(key)?.deref() === undefined) this.known.delete(key);
  });

  of(parts: RowQuestionParts): RowQuestion {
    const known = this.known.get(parts.key)?.deref();
    if (known) return known;
    const question = new RowQuestion(parts);
    this.known.set(parts.key, new WeakRef(question));
    this.gone.register(question, parts.key);
    return question;
  }
}
