/** Listens on a free port and says so, as the service does. */
export function listen(server) {
  server.listen(0, '127.0.0.1', 4_096, () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
}
