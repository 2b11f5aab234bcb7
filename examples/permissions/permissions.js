/** Shows what one user may see, as it is now: signed in to SurrealDB, and with that token to the service. */
import { RealtimeClient } from '/client.js';
import { RecordId, Surreal } from '/surrealdb.js';

const settings = await (await fetch('/settings.json')).json();
const find = (id) => document.getElementById(id);
const name = find('name');
name.value = location.hash.slice(1) || 'ann';

find('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  find('sign-in').querySelector('button').disabled = true;
  try {
    await begin(name.value, find('password').value);
  } catch (error) {
    find('note').textContent = error.message;
    find('sign-in').querySelector('button').disabled = false;
  }
});

async function begin(user, password) {
  const { namespace, database } = settings;
  const surreal = new Surreal();
  await surreal.connect(settings.surreal);
  // With each token the newest one that SurrealDB gave: it is asked for again before the last one expires.
  const getToken = async () =>
    (await surreal.signin({ namespace, database, access: 'people', variables: { name: user, password } })).access;
  await surreal.use({ namespace, database });
  await getToken();
  const client = new RealtimeClient(settings.service, { getToken });
  client.on('error', (error) => (find('note').textContent = error.message));
  client.on('state', ({ status }) => (find('state').textContent = status));
  follow(client, 'org', 'org', ({ name, plan }) => (plan === undefined ? name : `${name} (${plan})`));
  const rooms = follow(client, 'room', 'room-list', ({ name }) => name);
  follow(client, 'message', 'message', ({ room, text }) => `${rooms.get(room)?.name ?? room}: ${text}`);
  rooms.subscribe(() => find('room').replaceChildren(...rooms.items.map(({ id, name }) => new Option(name, id))));
  find('say').hidden = false;
  find('say').addEventListener('submit', async (event) => {
    event.preventDefault();
    const [table, id] = find('room').value.split(':');
    await surreal.query('CREATE message SET room = $room, text = $text', {
      room: new RecordId(table, id),
      text: find('text').value,
    });
    find('text').value = '';
  });
}

/** A list of all rows of a table that may be seen. */
function follow(client, table, list, textOf) {
  const rows = client.collection(table);
  const show = () => find(list).replaceChildren(...rows.items.map((row) => item(row.id, textOf(row))));
  rows.subscribe(show);
  return rows;
}

function item(id, text) {
  const element = document.createElement('li');
  element.id = id;
  element.textContent = text;
  return element;
}
