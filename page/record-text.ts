const PLAIN = /^(?=.*[A-Za-z])\w+$/;

/** A record's id as events show it. */
export function recordText(table: string, id: string): string {
  return `${nameText(table)}:${nameText(id)}`;
}

function nameText(name: string): string {
  return PLAIN.test(name) ? name : `⟨${name.replaceAll('⟩', '\\⟩')}⟩`;
}
