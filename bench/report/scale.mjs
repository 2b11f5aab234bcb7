/** Maps values to places on an axis by their logarithm, with a tick at each power of ten and at 2 and 5 times it. */
export function logScale(values, from, to) {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const all = ticksAround(lowest, highest);
  const low = all.findLast((tick) => tick <= lowest) ?? all[0];
  const high = all.find((tick) => tick >= highest) ?? all.at(-1);
  const span = Math.log(high / low) || 1;
  return {
    ticks: all.filter((tick) => tick >= low && tick <= high),
    at: (value) => from + (Math.log(value / low) / span) * (to - from),
  };
}

/** Maps values from 0 on to places on an axis. */
export function linearScale(values, from, to) {
  const highest = Math.max(...values);
  const step = ticksAround(highest / 10, highest).find((tick) => tick * 6 >= highest);
  const count = Math.ceil(highest / step);
  return {
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
    at: (value) => from + (value / (count * step)) * (to - from),
  };
}

/** A number as an axis has it. */
export function short(value) {
  if (value >= 1e6) return `${value / 1e6} M`;
  if (value >= 1e3) return `${value / 1e3} k`;
  return String(value);
}

function ticksAround(lowest, highest) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(lowest)); power <= Math.ceil(Math.log10(highest)); power += 1) {
    for (const factor of [1, 2, 5]) ticks.push(Number(`${factor}e${power}`));
  }
  return ticks;
}
