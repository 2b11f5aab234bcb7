/** An SVG element: children are elements or text. */
export function element(name, attributes = {}, ...children) {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escape(typeof value === 'number' ? round(value) : value)}"`,
  );
  return `<${name}${written.join('')}>${children.flat().join('')}</${name}>`;
}

export function text(content, attributes) {
  return element('text', attributes, escape(content));
}

export function document(width, height, ...children) {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'sans-serif',
      'font-size': 12,
    },
    element('rect', { width, height, fill: 'white' }),
    ...children,
  );
}

function escape(value) {
  return String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(value) {
  return Math.round(value * 10) / 10;
}
