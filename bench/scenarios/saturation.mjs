/** A step is carried when this part of what was offered was delivered while it was offered. */
const CARRIED = 0.95;
/** So many doublings in a row that are not carried end the search: a single one can be another process's doing. */
const BEYOND = 2;
const MOST_DOUBLINGS = 12;
const REFINEMENTS = 2;

/**
 * Doubles what is offered until it is no longer carried, then halves the gap a few times. `measureStep(offered)` measures
 * one step. Yields the steps as they come.
 */
export async function* saturate(measureStep, first) {
  const steps = [];
  const step = async (offered) => {
    const measured = await measureStep(offered);
    const figures = { offered, ...measured, carried: measured.perSecond >= offered * CARRIED };
    steps.push(figures);
    return figures;
  };
  const highestCarried = () => Math.max(0, ...steps.filter(({ carried }) => carried).map(({ offered }) => offered));
  const lowestBeyond = () =>
    Math.min(...steps.map(({ offered }) => offered).filter((offered) => offered > highestCarried()));
  for (let doubling = 0; doubling < MOST_DOUBLINGS; doubling += 1) {
    yield step(first * 2 ** doubling);
    if (steps.slice(-BEYOND).filter(({ carried }) => !carried).length === BEYOND) break;
  }
  for (let refinement = 0; refinement < REFINEMENTS && highestCarried() > 0; refinement += 1) {
    const gap = [highestCarried(), lowestBeyond()];
    if (gap[1] < Infinity) yield step(Math.round(Math.sqrt(gap[0] * gap[1])));
  }
}
