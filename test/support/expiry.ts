/** Longest life of a token that is tried. */
const MOST_SECONDS = 32;

/**
 * Does something with a token that expires soon. Where a slow machine came too late for that, again with one that lives twice as
 * long: which second it is when a token is looked at is nothing that a test can decide.
 */
export async function beforeExpiry<Result>(use: (exp: number) => Promise<Result>): Promise<Result> {
  for (let seconds = 1; ; seconds *= 2) {
    const exp = Math.ceil(Date.now() / 1_000) + seconds;
    try {
      return await use(exp);
    } catch (error) {
      if (Date.now() < exp * 1_000 || seconds >= MOST_SECONDS) throw error;
    }
  }
}
