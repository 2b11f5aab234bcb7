export interface Point {
  readonly x: number;
  readonly y: number;
}

/** By how much `y` grows for each `x`: the line that fits best by least squares. */
export function slope(points: readonly Point[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const covariance = mean(points.map((point) => (point.x - x) * (point.y - y)));
  const variance = mean(points.map((point) => (point.x - x) ** 2));
  return covariance / variance;
}
