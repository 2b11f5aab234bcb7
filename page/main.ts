import { OwnWrites } from './own-writes.js';
import { openPane } from './pane.js';
import { part } from './part.js';
import { loadSettings } from './settings.js';
import { startTabs } from './tabs.js';
import { startTokenForm } from './token.js';
import { WriteForm } from './write-form.js';

const writes = new OwnWrites();

startTabs();
startTokenForm();
part(document, 'panes', HTMLElement).append(
  openPane({ name: 'Connection A', filter: '', writes }),
  openPane({ name: 'Connection B', filter: '{"room":"general"}', writes }),
);
new WriteForm(document, writes).start((await loadSettings()).writing);
