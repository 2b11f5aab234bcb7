/** Until the service drains at a signal it ends at once: process 1 of a container ignores signals without a handler. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const endAtOnce = (): never => process.exit(0);
for (const signal of SIGNALS) process.on(signal, endAtOnce);

// Not before: loading takes most of a start.
const { run } = await import('./run.js');
await run(
  {},
  {
    draining: () => {
      for (const signal of SIGNALS) process.off(signal, endAtOnce);
    },
  },
);
