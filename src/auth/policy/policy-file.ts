import { readFileSync } from 'node:fs';
import { parsePolicy, type Policy } from './policy.js';
import { PolicyError } from './policy-error.js';

/**
 * The policy that a JSON file holds.
 *
 * @throws PolicyError naming the file and the place in it
 */
export function readPolicyFile(path: string): Policy {
  const file = `POLICY_FILE ${path}`;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new PolicyError(file, (error as Error).message);
  }
  try {
    return parsePolicy(json);
  } catch (error) {
    throw error instanceof PolicyError ? new PolicyError(file, error.message) : error;
  }
}
