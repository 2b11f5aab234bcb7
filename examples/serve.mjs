/** Serves the chat, and the client library that it loads: `node examples/serve.mjs`. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { PORT = '8080' } = process.env;

const FILES = {
  '/': { file: new URL('chat/index.html', import.meta.url), type: 'text/html; charset=utf-8' },
  '/chat.css': { file: new URL('chat/chat.css', import.meta.url), type: 'text/css; charset=utf-8' },
  '/chat.js': { file: new URL('chat/chat.js', import.meta.url), type: 'text/javascript; charset=utf-8' },
  '/client.js': {
    file: new URL(import.meta.resolve('@edge-hive/realtime-client')),
    type: 'text/javascript; charset=utf-8',
  },
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const found = FILES[pathname];
  if (!found) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': found.type, 'Cache-Control': 'no-cache' }).end(await readFile(found.file));
});

server.listen(Number(PORT), 'localhost', () => {
  process.stdout.write(`The chat is at http://localhost:${server.address().port}\n`);
});
