import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barChart, lineChart } from './chart.mjs';

/** Draws the plots of a scenario into a folder, one SVG each. */
export async function drawPlots({ name, plots = [] }, rows, folder) {
  await mkdir(folder, { recursive: true });
  for (const [index, plot] of plots.entries()) {
    const drawn = drawable(plot, rows);
    if (drawn.length === 0) continue;
    const file = `${name}${plots.length > 1 ? `-${index + 1}` : ''}.svg`;
    await writeFile(join(folder, file), plot.x ? lineChart(plot, drawn) : barChart(plot, drawn));
  }
}

/** A line goes through the steps of a search, where there are any; bars are of what a table shows. */
function drawable(plot, rows) {
  const finite = rows.filter((row) => Number.isFinite(plot.y.value(row)));
  const steps = finite.filter(({ detail }) => detail);
  if (plot.x) return steps.length > 0 ? steps : finite;
  return finite.filter(({ detail }) => !detail);
}
