import { OWNERS, ROOMS } from './row.js';
import { BEAT_TABLE, HEAVY_TABLE } from './tables.js';
import type { Cast, View } from './view.js';

const DOC_FIELDS = ['owner', 'group', 'n', 'tag', 'version', 'place'] as const;

const all = () => true;
const ofItem = (view: Omit<View, 'topic'>): View => ({ topic: 'item', ...view });

/** Every client hears it, to tell how soon it is up again. */
export const BEAT: View = { topic: BEAT_TABLE, kind: 'events', matches: all };

const everything: Cast = {
  name: 'everything',
  principal: 'reader',
  views: [ofItem({ kind: 'events', matches: all }), { topic: 'log', kind: 'events', matches: all }],
};

const groups: readonly Cast[] = [0, 1, 2, 3].map((group) => ({
  name: `group ${group}`,
  principal: 'reader',
  views: [
    ofItem({ kind: 'events', filter: { group }, matches: (row) => row.group === group }),
    { topic: 'log', kind: 'events', filter: { group }, matches: (row) => row.group === group },
  ],
}));

const filters: Cast = {
  name: 'filters',
  principal: 'reader',
  views: [
    ofItem({ kind: 'events', filter: { n: { gte: 3, lt: 7 } }, matches: ({ n }) => n >= 3 && n < 7 }),
    ofItem({
      kind: 'events',
      filter: { or: [{ tag: 'a' }, { group: { in: [1, 2] } }] },
      matches: ({ tag, group }) => tag === 'a' || group === 1 || group === 2,
    }),
    ofItem({
      kind: 'events',
      filter: { not: { tag: 'b' }, 'place.zone': 'north' },
      matches: ({ tag, place }) => tag !== 'b' && place.zone === 'north',
    }),
    ofItem({
      kind: 'events',
      filter: { text: { startsWith: 'lorem' } },
      matches: ({ text }) => text.startsWith('lorem'),
    }),
  ],
};

const fields: Cast = {
  name: 'fields',
  principal: 'reader',
  views: [
    ofItem({ kind: 'events', fields: ['group', 'tag'], matches: all }),
    ofItem({ kind: 'events', filter: { tag: 'c' }, fields: ['n', 'place'], matches: ({ tag }) => tag === 'c' }),
    ofItem({ kind: 'events', events: ['CREATE', 'DELETE'], matches: all }),
  ],
};

const snapshots: readonly Cast[] = [0, 0.3, 0.6].map((joins) => ({
  name: `snapshot at ${joins}`,
  principal: 'reader',
  views: [
    ofItem({ kind: 'snapshot', matches: all, joins }),
    ofItem({ kind: 'snapshot', filter: { n: { lt: 5 } }, matches: ({ n }) => n < 5, joins }),
  ],
}));

const collections: readonly Cast[] = [0, 0.5].map((joins) => ({
  name: `collections at ${joins}`,
  principal: 'reader',
  views: [
    ofItem({ kind: 'collection', filter: { group: { lt: 5 } }, matches: ({ group }) => group < 5, joins }),
    ofItem({
      kind: 'collection',
      filter: { tag: 'a' },
      fields: ['version', 'n'],
      orderBy: [{ field: 'n', desc: true }],
      limit: 10,
      matches: ({ tag }) => tag === 'a',
      joins,
    }),
    {
      topic: 'log',
      kind: 'collection',
      filter: { group: 9, n: 9 },
      matches: ({ group, n }) => group === 9 && n === 9,
      joins,
    },
  ],
}));

/** Documents by their owner. */
const owners: readonly Cast[] = OWNERS.slice(0, 2).map((owner) => ({
  name: owner,
  principal: owner,
  forbidden: new RegExp(`"secret"|"owner":"(?!${owner}")`),
  views: [
    { topic: 'doc', kind: 'events', fields: DOC_FIELDS, matches: (row) => row.owner === owner, restricted: true },
    { topic: 'doc', kind: 'snapshot', fields: DOC_FIELDS, matches: (row) => row.owner === owner, restricted: true },
    {
      topic: 'doc',
      kind: 'collection',
      filter: { tag: { ne: 'a' } },
      fields: DOC_FIELDS,
      matches: (row) => row.owner === owner && row.tag !== 'a',
      restricted: true,
      visible: (row) => row.owner === owner,
      joins: 0.4,
    },
  ],
}));

/** Papers by the rooms that a token names. */
const rooms: readonly Cast[] = [ROOMS.slice(0, 2), ROOMS.slice(2)].map((rooms) => {
  const isIn = (room: string) => rooms.some((name) => name === room);
  return {
    name: `rooms ${rooms.join(', ')}`,
    principal: `reader of ${rooms.join(', ')}`,
    claims: { rooms },
    forbidden: new RegExp(`"room":"(?!(?:${rooms.join('|')})")`),
    views: [
      { topic: 'paper', kind: 'events', matches: ({ room }) => isIn(room), restricted: true },
      {
        topic: 'paper',
        kind: 'events',
        filter: { group: { gte: 5 } },
        matches: ({ room, group }) => isIn(room) && group >= 5,
        restricted: true,
        visible: ({ room }) => isIn(room),
      },
      { topic: 'paper', kind: 'collection', matches: ({ room }) => isIn(room), restricted: true, joins: 0.2 },
    ],
  };
});

/** As many streams of the same: what is little for the database is much for their reader. */
const heavy = Array.from({ length: 8 }, (_, stream): View => {
  const filter = { version: { gt: -stream } };
  return { topic: HEAVY_TABLE, kind: 'events', filter, matches: all };
});

const slow: readonly Cast[] = [1, 2].map((number) => ({
  name: `slow ${number}`,
  principal: 'reader',
  slow: true,
  views: [
    ...heavy,
    ofItem({ kind: 'events', matches: all }),
    ofItem({ kind: 'snapshot', filter: { tag: 'b' }, matches: ({ tag }) => tag === 'b' }),
  ],
}));

/** Everyone of whom an account is kept. */
export const CAST: readonly Cast[] = [
  everything,
  ...groups,
  filters,
  fields,
  ...snapshots,
  ...collections,
  ...owners,
  ...rooms,
  ...slow,
];
