import type { Content } from './content.js';

/** How one kind of transport writes what is delivered. There are few, and each lasts as long as the service. */
export interface WireFormat {
  /** @returns the bytes, ready to be written; none where its clients get nothing of it. */
  write(content: Content): Buffer | undefined;
}
