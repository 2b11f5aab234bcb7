import { linearScale, logScale, short } from './scale.mjs';
import { document, element, text } from './svg.mjs';

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 70, right: 540, top: 50, bottom: 360 };
const LEGEND_LINE = 20;
/** Okabe and Ito's colours, which colour-blind people can tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'];

/** Lines over logarithmic axes: one for each series. */
export function lineChart({ title, x, y, series = ({ peer }) => peer }, rows) {
  const horizontal = logScale(rows.map(x.value), PLOT.left, PLOT.right);
  const vertical = logScale(rows.map(y.value), PLOT.bottom, PLOT.top);
  const lines = [...groupBy(rows, series)].map(([, members], index) => {
    const places = members
      .map((row) => [horizontal.at(x.value(row)), vertical.at(y.value(row))])
      .sort(([a], [b]) => a - b);
    const stroke = colour(index);
    return [
      element('polyline', {
        points: places.map((place) => place.join(',')).join(' '),
        fill: 'none',
        stroke,
        'stroke-width': 2,
      }),
      ...places.map(([cx, cy]) => element('circle', { cx, cy, r: 3, fill: stroke })),
    ];
  });
  const ticks = horizontal.ticks.map((tick) =>
    text(short(tick), { x: horizontal.at(tick), y: PLOT.bottom + 18, 'text-anchor': 'middle' }),
  );
  const label = text(x.label, { x: (PLOT.left + PLOT.right) / 2, y: PLOT.bottom + 40, 'text-anchor': 'middle' });
  const names = [...groupBy(rows, series).keys()];
  return document(WIDTH, HEIGHT, frame(title, y.label, vertical), ticks, label, lines, legend(names));
}

/** A group of bars for each case, a bar for each peer. */
export function barChart({ title, y }, rows) {
  const cases = groupBy(rows, (row) => row.case);
  const peers = [...groupBy(rows, ({ peer }) => peer).keys()];
  const vertical = linearScale(rows.map(y.value), PLOT.bottom, PLOT.top);
  const groupWidth = (PLOT.right - PLOT.left) / cases.size;
  const barWidth = (groupWidth * 0.8) / peers.length;
  const bars = [...cases].flatMap(([name, members], group) => {
    const left = PLOT.left + group * groupWidth + groupWidth * 0.1;
    const label = text(name, { x: left + groupWidth * 0.4, y: PLOT.bottom + 18, 'text-anchor': 'middle' });
    return [label, ...members.map((row) => bar(row, left + peers.indexOf(row.peer) * barWidth))];
  });
  function bar(row, left) {
    const top = vertical.at(y.value(row));
    const fill = colour(peers.indexOf(row.peer));
    return element('rect', { x: left, y: top, width: barWidth * 0.9, height: PLOT.bottom - top, fill });
  }
  return document(WIDTH, HEIGHT, frame(title, y.label, vertical), bars, legend(peers));
}

function frame(title, label, { ticks, at }) {
  return [
    text(title, { x: PLOT.left, y: 22, 'font-size': 15, 'font-weight': 'bold' }),
    text(label, { x: PLOT.left, y: 40, fill: '#555' }),
    ...ticks.flatMap((tick) => [
      element('line', { x1: PLOT.left, x2: PLOT.right, y1: at(tick), y2: at(tick), stroke: '#ddd' }),
      text(short(tick), { x: PLOT.left - 8, y: at(tick) + 4, 'text-anchor': 'end' }),
    ]),
  ];
}

function legend(names) {
  return names.map((name, index) => {
    const y = PLOT.top + index * LEGEND_LINE;
    return [
      element('rect', { x: PLOT.right + 20, y, width: 12, height: 12, fill: colour(index) }),
      text(name, { x: PLOT.right + 38, y: y + 11 }),
    ];
  });
}

function colour(index) {
  return COLOURS[index % COLOURS.length];
}

function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
