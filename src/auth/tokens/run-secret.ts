/** What tokens of this run are signed with where no key is configured and several processes do the work of one. */
export class RunSecret {
  constructor(readonly bytes: Buffer) {}
}
