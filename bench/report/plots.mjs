import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barChart, lineChart } from './chart.mjs';

/** Draws the plots of a scenario into a folder, one SVG each. */
export async function drawPlots({ name, plots = [] }, rows, folder) {
  await mkdir(folder, { recursive: true });
  for (const [index, plot] of plots.entries()) {
    const drawable = rows.filter((row) => Number.isFinite(plot.y.value(row)) && (!plot.x || row.offered > 0));
    if (drawable.length === 0) continue;
    const file = `${name}${plots.length > 1 ? `-${index + 1}` : ''}.svg`;
    await writeFile(
      join(folder, file),
      plot.x
        ? lineChart(plot, drawable)
        : barChart(
            plot,
            drawable.filter(({ detail }) => !detail),
          ),
    );
  }
}
