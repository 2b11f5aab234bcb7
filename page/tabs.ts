/** Tables or channels: both stay alive, one is shown. */
export function startTabs(): void {
  const tabs = [...document.querySelectorAll<HTMLElement>('[data-tab]')];
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(tab, tabs));
    tab.addEventListener('keydown', ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      const next = step === undefined ? undefined : tabs[(index + step + tabs.length) % tabs.length];
      if (!next) return;
      select(next, tabs);
      next.focus();
    });
  }
}

function select(selected: HTMLElement, tabs: readonly HTMLElement[]): void {
  for (const tab of tabs) {
    tab.setAttribute('aria-selected', String(tab === selected));
    tab.tabIndex = tab === selected ? 0 : -1;
  }
  document.body.dataset.view = selected.dataset.tab;
  document.getElementById('panel')?.setAttribute('aria-labelledby', selected.id);
}
