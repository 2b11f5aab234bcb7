/** The time as ISO 8601 text, written anew once a millisecond: the writing costs more than anything else about a message. */
export class IsoClock {
  private at = 0;
  private text = '';

  now(): string {
    const at = Date.now();
    if (at !== this.at) {
      this.at = at;
      this.text = new Date(at).toISOString();
    }
    return this.text;
  }
}
