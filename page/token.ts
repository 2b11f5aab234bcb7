import { field, part } from './part.js';
import { loadSettings } from './settings.js';

/** The token behind `#token=`: a fragment is never sent, so that no log holds it. */
function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
}

/** The token of the address, else the one that the service gives to its own machine, else none. */
export async function currentToken(): Promise<string | undefined> {
  return tokenInAddress() ?? (await loadSettings()).token;
}

/** Puts another token into the address and begins anew with it. */
export function startTokenForm(): void {
  const form = part(document, 'token', HTMLFormElement);
  field(form, 'token').value = tokenInAddress() ?? '';
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = field(form, 'token').value.trim();
    location.hash = token === '' ? '' : String(new URLSearchParams({ token }));
    location.reload();
  });
}
