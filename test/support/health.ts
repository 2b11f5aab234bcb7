import { setTimeout as delay } from 'node:timers/promises';
import type { Gateway } from './gateway.js';

const POLL_MS = 25;
const WAIT_MS = 15_000;

interface Readiness {
  readonly status: number;
  readonly reason: string;
}

/** What `/health/ready` answers, and what it says of the database. */
export async function readiness({ httpUrl }: Gateway): Promise<Readiness> {
  const response = await fetch(`${httpUrl}/health/ready`);
  const { error } = (await response.json()) as { error?: { database?: { message?: string } } };
  return { status: response.status, reason: error?.database?.message ?? '' };
}

/** Settles when the service is ready; nothing but asking tells. */
export function untilReady(gateway: Gateway): Promise<void> {
  return poll(gateway, ({ status }) => status === 200);
}

/** Settles when the service is not ready, for this reason. */
export function untilDown(gateway: Gateway, because = /./): Promise<void> {
  return poll(gateway, ({ status, reason }) => status === 503 && because.test(reason));
}

/** How many times the service has lost the database. */
export function losses(gateway: Gateway): Promise<number> {
  return metric(gateway, 'edge_hive_database_reconnects_total');
}

/** Settles when the service has lost the database once more, and is ready again, however short it was away. */
export async function untilReconnected(gateway: Gateway, before = 0): Promise<void> {
  await poll(gateway, async () => (await losses(gateway)) > before);
  await untilReady(gateway);
}

/** The value of a metric, named with its labels if it has some. */
export async function metric({ httpUrl }: Gateway, name: string): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  const value = text
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length);
  if (value === undefined) throw new Error(`There is no metric ${name}`);
  return Number(value);
}

async function poll(gateway: Gateway, wanted: (answer: Readiness) => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const answer = await readiness(gateway);
    if (await wanted(answer)) return;
    if (Date.now() > deadline)
      throw new Error(`Still ${JSON.stringify(answer)} after ${WAIT_MS} ms\n${gateway.output}`);
    await delay(POLL_MS);
  }
}
