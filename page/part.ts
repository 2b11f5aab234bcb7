/**
 * The element below `root` that the page calls `name`.
 *
 * @throws Error when there is none of that kind: script and page don't belong together
 */
export function part<Kind extends Element>(root: ParentNode, name: string, kind: new () => Kind): Kind {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} "${name}".`);
  return found;
}

/** An input of a form, by its name. */
export function field(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.elements.namedItem(name);
  if (!(found instanceof HTMLInputElement)) throw new Error(`The form has no input "${name}".`);
  return found;
}

/** An element that holds text. What comes from a database or a channel is only ever put in as text. */
export function textElement(tag: 'span' | 'div' | 'time', className: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
