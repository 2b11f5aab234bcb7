/** What one end says to the other, by kind: without an answer, or for one. */
export interface Vocabulary {
  readonly notices: object;
  readonly questions: object;
}

/** What a question asks, and what it is answered. */
export interface Question<Asked, Answer> {
  readonly asked: Asked;
  readonly answer: Answer;
}

export type AskedBy<Q> = Q extends Question<infer Asked, unknown> ? Asked : never;
export type AnswerTo<Q> = Q extends Question<unknown, infer Answer> ? Answer : never;

type NoticeHandlers<V extends Vocabulary> = {
  [Kind in keyof V['notices']]?: (value: V['notices'][Kind], body: Buffer) => void;
};
type QuestionHandlers<V extends Vocabulary> = {
  [Kind in keyof V['questions']]?: (
    asked: AskedBy<V['questions'][Kind]>,
    body: Buffer,
  ) => AnswerTo<V['questions'][Kind]> | Promise<AnswerTo<V['questions'][Kind]>>;
};

/** What an end does with what the other says. */
export interface Handlers<V extends Vocabulary> {
  readonly notices: NoticeHandlers<V>;
  readonly questions: QuestionHandlers<V>;
}
