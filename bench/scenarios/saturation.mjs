/** A step is carried when this part of what was offered was delivered while it was offered. */
const CARRIED = 0.95;
const MOST_DOUBLINGS = 10;
const REFINEMENTS = 2;

/**
 * Doubles what is offered until it is no longer carried, then halves the gap a few times. `step(offered)` measures one
 * step. Yields the steps as they come.
 */
export async function* saturate(step, first) {
  let carried = 0;
  let beyond = Infinity;
  for (let offered = first, doublings = 0; beyond === Infinity && doublings < MOST_DOUBLINGS; doublings += 1) {
    const figures = await step(offered);
    if (figures.perSecond >= offered * CARRIED) carried = offered;
    else beyond = offered;
    yield { offered, ...figures };
    offered *= 2;
  }
  for (let refinement = 0; refinement < REFINEMENTS && carried > 0 && beyond < Infinity; refinement += 1) {
    const offered = Math.round(Math.sqrt(carried * beyond));
    const figures = await step(offered);
    if (figures.perSecond >= offered * CARRIED) carried = offered;
    else beyond = offered;
    yield { offered, ...figures };
  }
}
