/** Something that whoever answers for the service may have to explain. Names ids and addresses: no tokens, no values. */
export type AuditEvent =
  /** A token was refused. */
  | {
      readonly event: 'sign_in_refused';
      readonly connection: string;
      readonly address: string;
      readonly reason: string;
    }
  /** A request to a server's API brought a wrong key or token. */
  | { readonly event: 'key_refused'; readonly address: string; readonly use: string }
  /** A server had all connections of a principal closed: what it could do before, it can no more. */
  | {
      readonly event: 'principal_disconnected';
      readonly by: string;
      readonly principal: string;
      readonly connections: number;
    }
  /** A server had tokens revoked: one by its id, or a principal's. */
  | {
      readonly event: 'tokens_revoked';
      readonly by: string;
      readonly jti?: string;
      readonly principal?: string;
      readonly connections: number;
    }
  /** A server had all subscribers of a table told to read again. */
  | { readonly event: 'resync_requested'; readonly by: string; readonly topic: string }
  /** A renewed token gives other rights; so many subscriptions ended with the old ones. */
  | {
      readonly event: 'rights_changed';
      readonly connection: string;
      readonly principal: string;
      readonly subscriptionsEnded: number;
    }
  /** A socket was turned away before it became a connection. */
  | {
      readonly event: 'connection_refused';
      readonly address: string;
      readonly code: number;
      readonly reason: string;
    }
  /** The service closed a connection, for a cause that lies with the client. */
  | {
      readonly event: 'connection_closed';
      readonly connection: string;
      readonly address: string;
      readonly principal?: string;
      readonly code: number;
      readonly reason: string;
    }
  /** A command was refused since a limit was reached. */
  | {
      readonly event: 'limit_hit';
      readonly connection: string;
      readonly address: string;
      readonly principal?: string;
      readonly code: string;
      /** Names the limit, as the client is told. */
      readonly reason: string;
    }
  /** A TCP connection was cut when it came, since a limit of sockets was reached: of all, of its address, or of its rate. */
  | { readonly event: 'socket_refused'; readonly address: string; readonly reason: string }
  /** A subscriber was told that continuity is lost, and to read again: of a table, or of a channel. */
  | {
      readonly event: 'resync';
      readonly connection: string;
      readonly address: string;
      readonly principal?: string;
      readonly topic?: string;
      readonly channel?: string;
      readonly reason: string;
    };

export type AuditKind = AuditEvent['event'];
