import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PolicyFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** A policy in a file of its own; text is written as it is. */
export async function policyFile(policy: object | string): Promise<PolicyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-hive-policy-'));
  const path = join(folder, 'policy.json');
  await writeFile(path, typeof policy === 'string' ? policy : JSON.stringify(policy));
  return { path, remove: () => rm(folder, { recursive: true }) };
}
