import { basename } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** They run for as long as they are told to, and their files are the shortest of all: where Jest has no durations yet, they would come last. */
const LONGEST = /^(chaos|chaos-\w+|fuzz|database-rights-property)\.spec\.ts$/;

/** Begins with what takes longest, so that other specs fill the time beside it, and no worker runs alone in the end. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONGEST.test(basename(path));
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
