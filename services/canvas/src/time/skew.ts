/** How far the server's clock is ahead of this machine's, in milliseconds: elapsed times are told by the server's alone. */

/** After something was heard that the server said at `at`, when this machine's clock showed `here`.
 *
 * Whatever is heard was said a moment before: each is a lower bound, and the greatest is the nearest.
 */
export function nearer(skew: number, at: number, here: number): number {
  return Math.max(skew, at - here);
}

const COARSE_MS = 2000;

/** After the `Date` of an answer, which is in whole seconds. What was known stays, unless a clock has been set meanwhile. */
export function atDoor(skew: number | null, date: number, here: number): number {
  const ahead = skew === null ? -1 : here + skew - date;
  return skew !== null && ahead >= 0 && ahead < COARSE_MS ? skew : date - here;
}
