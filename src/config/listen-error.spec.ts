import { describe, expect, it } from '@jest/globals';
import { listenError } from './listen-error.js';
import { ConfigError } from './load-config.js';

const SETTINGS = { host: 'example.test', port: 80 };
const failure = (code: string) => Object.assign(new Error('listen'), { code });

describe('listenError', () => {
  it.each([
    ['EADDRINUSE', 'PORT'],
    ['EACCES', 'PORT'],
    ['EADDRNOTAVAIL', 'HOST'],
    ['ENOTFOUND', 'HOST'],
  ])('takes %s for the fault of %s', (code, variable) => {
    const explained = listenError(failure(code), SETTINGS);
    expect(explained).toBeInstanceOf(ConfigError);
    expect(String(explained)).toContain(variable);
  });

  it('leaves what no setting is to blame for', () => {
    const error = failure('EMFILE');
    expect(listenError(error, SETTINGS)).toBe(error);
  });
});
