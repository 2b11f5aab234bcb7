/** The database can't be asked now: it is away, slow beyond the timeout, or the connection broke while it was asked. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';

  constructor(
    message: string,
    /** Close code of the connection, where it was the server that closed it. */
    readonly closeCode?: number,
  ) {
    super(message);
  }
}
