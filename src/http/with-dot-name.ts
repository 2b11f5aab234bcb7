/** What the last step of an address says about the name before it. */
const KINDS: Readonly<Record<string, string>> = {
  messages: 'channels',
  history: 'channels',
  presence: 'channels',
  resync: 'topics',
  disconnect: 'principals',
};

const WALKED = /^\/api\/v1\/(?:(\w+)\/)?(\w+)(?=\?|$)/;

/**
 * The address that was meant by one that a name `.` or `..` was lost from. Whatever builds a URL by the standard takes these for steps,
 * encoded or not, and walks them: of `/api/v1/channels/../messages` it sends `/api/v1/messages`. Nothing else is at such
 * addresses, so that they say which name it was.
 */
export function withDotName(url: string): string {
  const [walked = '', folder, last = ''] = WALKED.exec(url) ?? [];
  const kind = Object.hasOwn(KINDS, last) ? KINDS[last] : undefined;
  if (kind === undefined || (folder !== undefined && folder !== kind)) return url;
  return `/api/v1/${kind}/${folder === undefined ? '..' : '.'}/${last}${url.slice(walked.length)}`;
}
