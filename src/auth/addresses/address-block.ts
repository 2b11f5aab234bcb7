import { isIPv6 } from 'node:net';

/** What a proxy gives for an address can be any text. */
const LONGEST_ADDRESS = 64;

/** Groups of 16 bits that one customer is given: any address behind them is the same client's. */
const NETWORK_GROUPS = 4;

/**
 * What limits by address count by: an IPv4 address, however it is written, or the /64 network of an IPv6 address.
 * What is no address stays as it is, up to 64 characters.
 */
export function addressBlock(address: string): string {
  if (!address.includes(':')) return address.slice(0, LONGEST_ADDRESS);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address) || isLoopbackBlock(address)) return address.slice(0, LONGEST_ADDRESS);
  const [before = '', after] = address.toLowerCase().replace(/%.*/, '').split('::');
  const groups = groupsOf(before);
  if (after !== undefined) {
    const behind = groupsOf(after);
    groups.push(...Array.from({ length: 8 - groups.length - behind.length }, () => '0'), ...behind);
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

/** Whether a block is of the machine itself. */
export function isLoopbackBlock(block: string): boolean {
  return block === '::1' || /^127\.\d+\.\d+\.\d+$/.test(block);
}

/** Without leading zeros. An IPv4 address at the end stands for two groups. */
function groupsOf(part: string): string[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => (group.includes('.') ? ['v4', 'v4'] : [group.replace(/^0+(?=.)/, '')]));
}
