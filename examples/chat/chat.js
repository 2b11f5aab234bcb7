/** A chat over channels: one channel a room, nothing is kept: whoever is there reads along. */
import { RealtimeClient } from '/client.js';

const SHOWN = 500;

const service = new URLSearchParams(location.search).get('service') ?? `ws://${location.hostname}:8443/api/v1/realtime`;
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
const client = new RealtimeClient(service, token ? { token } : {});

const room = input('room');
const name = input('name');
const text = input('text');
const messages = find('messages');

name.value = `guest-${Math.floor(Math.random() * 1000)}`;

client.on('state', ({ status }) => (find('state').textContent = status));
client.on('error', (error) => show('note', error.message));
room.addEventListener('change', () => enter());
find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});

addEventListener('hashchange', () => location.reload());

let channel;
enter();
if (!token) show('note', 'You can read along. To write, add #token=… to the address: the service prints a token.');

function enter() {
  channel?.unsubscribe();
  const entered = client.channel(`room:${room.value}`);
  entered.subscribe('said', ({ data }) => show('message', `${data.name}: ${data.text}`), {
    onError: (error) => show('note', `${entered.name}: ${error.message}`),
  });
  show('note', `You are in ${entered.name}.`);
  channel = entered;
}

async function send() {
  try {
    await channel.publish('said', { name: name.value, text: text.value });
    text.value = '';
  } catch (error) {
    show('note', `Not sent: ${error.message}`);
  }
}

/** As text, always: what others send is not to be trusted. */
function show(kind, line) {
  const item = document.createElement('li');
  item.dataset.kind = kind;
  item.textContent = line;
  messages.append(item);
  if (messages.childElementCount > SHOWN) messages.firstElementChild?.remove();
  item.scrollIntoView({ block: 'end' });
}

function find(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no "${id}".`);
  return element;
}

/** @returns {HTMLInputElement} */
function input(id) {
  return /** @type {HTMLInputElement} */ (find(id));
}
