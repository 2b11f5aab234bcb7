/** No service at all: each client has a live query of its own in the database, through the official SDK. */
export const liveQueries = { name: 'SDK live queries' };
