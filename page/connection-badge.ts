import type { ConnectionState, RealtimeClient } from '@edge-hive/realtime-client';

/** Shows where a connection stands. */
export class ConnectionBadge {
  constructor(
    private readonly line: HTMLElement,
    client: RealtimeClient,
  ) {
    this.show(client.state);
    client.on('state', (state) => this.show(state));
  }

  private show(state: ConnectionState): void {
    this.line.dataset.status = state.status;
    this.line.textContent = describe(state);
  }
}

function describe(state: ConnectionState): string {
  switch (state.status) {
    case 'idle':
      return 'not connected';
    case 'connecting':
      return 'connecting…';
    case 'open':
      return `connected as ${state.principal?.id ?? 'anonymous'}`;
    case 'reconnecting':
      return `lost (${state.reason.code}), trying again`;
    case 'closed':
      return `closed: ${state.reason.code} ${state.reason.reason}`.trimEnd();
  }
}
