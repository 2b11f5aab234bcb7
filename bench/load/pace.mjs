/** How many are due after so many seconds: the first at once. */
export function dueBy(seconds, rate) {
  return Math.floor(seconds * rate) + 1;
}
