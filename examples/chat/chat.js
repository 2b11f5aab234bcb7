/** A chat over channels: one channel a room, with who is there and who is typing. Nothing is kept. */
import { RealtimeClient } from '/client.js';

const SHOWN = 500;
/** How long one counts as typing behind the last key, in milliseconds. */
const TYPING_MS = 3_000;

const service = new URLSearchParams(location.search).get('service') ?? `ws://${location.hostname}:8443/api/v1/realtime`;
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
const client = new RealtimeClient(service, token ? { token } : {});

const room = input('room');
const name = input('name');
const text = input('text');
const messages = find('messages');
const members = find('members');

name.value = `guest-${Math.floor(Math.random() * 1000)}`;

client.on('state', ({ status }) => (find('state').textContent = status));
client.on('error', (error) => show('note', error.message));
room.addEventListener('change', () => enter());
name.addEventListener('change', () => setTyping(false));
text.addEventListener('input', () => setTyping(text.value !== ''));
find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  setTyping(false);
  void send();
});

addEventListener('hashchange', () => location.reload());

let channel;
/** Runs while this one is typing. */
let typing;
enter();
if (!token) show('note', 'You can read along. To write, add #token=… to the address: the service prints a token.');

function enter() {
  channel?.unsubscribe();
  const entered = client.channel(`room:${room.value}`);
  entered.subscribe('said', ({ data }) => show('message', `${data.name}: ${data.text}`), {
    onError: (error) => show('note', `${entered.name}: ${error.message}`),
  });
  entered.presence.on('sync', (all) => showMembers(all, entered.presence.key));
  channel = entered;
  members.replaceChildren();
  setTyping(false);
  show('note', `You are in ${entered.name}.`);
}

/** What others see of this one. Without a token it isn't seen, and sees others. */
function setTyping(isTyping) {
  clearTimeout(typing);
  typing = isTyping ? setTimeout(() => setTyping(false), TYPING_MS) : undefined;
  if (!token) return;
  channel.presence
    .update({ name: name.value, ...(isTyping && { typing: true }) })
    .catch((error) => error.code !== 'CLOSED' && show('note', error.message));
}

/** By name. The key tells this one from others of the same name. */
function showMembers(all, ownKey) {
  const items = all.map(({ key, state }) => {
    const item = document.createElement('li');
    item.textContent = `${state.name ?? 'nobody'}${key === ownKey ? ' (you)' : ''}${state.typing ? ' is typing…' : ''}`;
    return item;
  });
  members.replaceChildren(...items);
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
